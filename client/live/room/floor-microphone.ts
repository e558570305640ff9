import type { LiveFact, RoomSnapshot } from '../../../shared/live/contract.ts';
import type { SkippedFact } from '../../../shared/kernel/contract.ts';
import { position } from '../../../shared/live/model.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import type { RaisedHere } from './raised-here.ts';

export interface FloorMicrophoneOptions {
  media: Pick<MediaEngine, 'setMicrophone'>;
  myUserId: string;
  raisedHere: RaisedHere;
  /** Whether the person is to be heard already, through whichever tab or device. */
  speaking: () => boolean;
}

/** Opens the microphone of who is given the floor, in one of that person's tabs. */
export interface FloorMicrophone {
  /** The person raises the hand in this tab: this is where they mean to speak. */
  raised(): void;
  heard(fact: LiveFact | SkippedFact): void;
  /** The whole state came anew: a hand that went down meanwhile is forgotten. */
  joined(snapshot: RoomSnapshot): void;
}

/**
 * Raising a hand is asking to speak, so the floor opens the microphone where it was raised: in exactly one tab of one
 * device, never in the telephone in a pocket. Who speaks already goes on where they are; who was given the floor unasked
 * opens the microphone by themselves. When the floor goes on, what was opened is closed.
 */
export function createFloorMicrophone(options: FloorMicrophoneOptions): FloorMicrophone {
  const { media, myUserId, raisedHere, speaking } = options;
  let granted = -1;
  let asked = false;
  let opened = false;
  const turn = (on: boolean): void => {
    opened = on;
    // What fails shows at the button.
    media.setMicrophone(on).catch(() => undefined);
  };
  return {
    raised: () => raisedHere.set(true),
    joined(snapshot) {
      const up = position(snapshot.hands, myUserId) !== null;
      if (!up && snapshot.floorUserId !== myUserId) raisedHere.set(false);
    },
    heard(fact) {
      // Being granted the floor lowers the hand in the fact just before.
      if (fact.type === 'hand.lowered' && fact.userId === myUserId) {
        granted = fact.seq + 1;
        asked = raisedHere.get();
        raisedHere.set(false);
      }
      if (fact.type !== 'floor.changed') return;
      if (fact.userId !== myUserId) {
        if (opened) turn(false);
      } else if (fact.seq === granted && asked && !speaking()) turn(true);
    },
  };
}
