import { IconScreenShare } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useParticipant } from '../room/room-context.ts';
import { PinButton } from './pin-button.tsx';
import classes from './stage.module.css';
import { TileVideo } from './tile-video.tsx';

/** Somebody's shared screen: whole, never cut. */
export function ScreenTile({ userId }: { userId: string }) {
  const { t } = useTranslation('live');
  const name = useParticipant(userId)?.displayName ?? '';
  const label = t('tile.screenOf', { name });
  return (
    <figure
      className={classes.tile}
      aria-label={label}
      data-testid="tile"
      data-user-id={userId}
      data-source="screen"
    >
      <TileVideo userId={userId} source="screen" mine={false} />
      <PinButton pin={{ userId, source: 'screen' }} name={label} />
      <figcaption className={classes.caption}>
        <IconScreenShare size={15} aria-hidden />
        <span className={classes.name}>{label}</span>
      </figcaption>
    </figure>
  );
}
