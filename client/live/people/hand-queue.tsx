import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HandView } from '../../../shared/live/contract.ts';
import { useRoomActions } from '../controls/use-room-actions.ts';
import { useModerating, useParticipant, useRoom, useSnapshot } from '../room/room-context.ts';
import classes from './people.module.css';

/** Who wants to speak, in the order they asked. */
export function HandQueue() {
  const { t } = useTranslation('live');
  const hands = useSnapshot((snapshot) => snapshot.hands);
  return (
    <section aria-labelledby="people-hands">
      <h3 id="people-hands" className={classes.heading}>
        {t('people.hands')}
      </h3>
      {hands.length === 0 ? (
        <p className={classes.quiet}>{t('people.noHands')}</p>
      ) : (
        <ol className={classes.list}>
          {hands.map((hand, index) => (
            <HandItem key={hand.userId} hand={hand} place={index + 1} />
          ))}
        </ol>
      )}
    </section>
  );
}

function HandItem({ hand, place }: { hand: HandView; place: number }) {
  const { t } = useTranslation('live');
  const { me } = useRoom();
  const moderating = useModerating();
  const { giveFloor, lowerHand } = useRoomActions();
  const name = useParticipant(hand.userId)?.displayName ?? '';
  const mine = hand.userId === me.id;
  return (
    <li className={classes.row} data-testid="hand-item" data-user-id={hand.userId}>
      <span className={classes.place}>{place}</span>
      <span className={`${classes.who} ${classes.name}`}>{mine ? t('tile.you', { name }) : name}</span>
      {moderating && (
        <Button
          size="compact-xs"
          aria-label={t('people.giveFloorTo', { name })}
          onClick={() => giveFloor(hand.userId)}
          data-testid="give-floor"
        >
          {t('people.giveFloor')}
        </Button>
      )}
      {(moderating || mine) && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t('people.lowerOf', { name })}
          onClick={() => lowerHand(hand.userId)}
          data-testid="lower-hand"
        >
          {t('people.lower')}
        </Button>
      )}
    </li>
  );
}
