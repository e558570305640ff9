import { useLive, useSnapshot } from '../room/room-context.ts';
import classes from './stage.module.css';

/** Reactions rise and fade. Seen only: a screen reader in the middle of a lesson is not to be talked over by applause. */
export function FloatingReactions() {
  const reactions = useLive((live) => live.reactions);
  const participants = useSnapshot((snapshot) => snapshot.participants);
  return (
    <div className={classes.reactions} aria-hidden data-testid="reactions">
      {reactions.map(({ id, userId, reaction }) => (
        <span
          key={id}
          className={classes.reaction}
          style={{ left: `${8 + ((id * 37) % 80)}%` }}
          data-testid="reaction"
        >
          <span className={classes.reactionFace}>{reaction}</span>
          <span className={classes.reactionName}>
            {participants.find((one) => one.userId === userId)?.displayName}
          </span>
        </span>
      ))}
    </div>
  );
}
