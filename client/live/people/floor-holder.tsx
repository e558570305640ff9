import { Button } from '@mantine/core';
import { IconSpeakerphone } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useRoomActions } from '../controls/use-room-actions.ts';
import { useModerating, useParticipant, useRoom, useSnapshot } from '../room/room-context.ts';
import classes from './people.module.css';

/** Who has the floor, and the way to take or hand it back. */
export function FloorHolder() {
  const { t } = useTranslation('live');
  const { me } = useRoom();
  const floorUserId = useSnapshot((snapshot) => snapshot.floorUserId);
  const holder = useParticipant(floorUserId);
  const moderating = useModerating();
  const { takeFloor } = useRoomActions();
  if (!floorUserId) return null;
  const mine = floorUserId === me.id;
  const name = holder?.displayName ?? '';
  return (
    <div className={classes.floor} data-testid="floor-holder" data-user-id={floorUserId}>
      <IconSpeakerphone size={20} aria-hidden />
      <div className={classes.who}>
        <span className={classes.name}>{mine ? t('tile.you', { name }) : name}</span>
        <span>{t('people.floor')}</span>
      </div>
      {(moderating || mine) && (
        <Button size="compact-sm" variant="default" onClick={takeFloor} data-testid="take-floor">
          {t(mine && !moderating ? 'people.handBack' : 'people.takeFloor')}
        </Button>
      )}
    </div>
  );
}
