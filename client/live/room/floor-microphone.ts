import type { LiveFact } from '../../../shared/live/contract.ts';
import type { SkippedFact } from '../../../shared/kernel/contract.ts';
import type { MediaEngine } from '../../media/media-engine.ts';

/**
 * Opens the microphone of somebody who raised a hand and was given the floor, and closes it when the floor goes on.
 * Raising a hand is asking to speak; who was given the floor unasked opens the microphone by themselves.
 */
export function createFloorMicrophone(
  media: Pick<MediaEngine, 'getState' | 'setMicrophone'>,
  myUserId: string,
): (fact: LiveFact | SkippedFact) => void {
  let granted = -1;
  let opened = false;
  const turn = (on: boolean): void => {
    opened = on;
    // What fails shows at the button.
    media.setMicrophone(on).catch(() => undefined);
  };
  return (fact) => {
    // Being granted the floor lowers the hand in the fact just before.
    if (fact.type === 'hand.lowered' && fact.userId === myUserId) granted = fact.seq + 1;
    if (fact.type !== 'floor.changed') return;
    const mine = fact.userId === myUserId;
    if (mine && fact.seq === granted && !media.getState().own.microphone.on) turn(true);
    else if (!mine && opened) turn(false);
  };
}
