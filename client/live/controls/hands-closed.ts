import type { RoomSnapshot } from '../../../shared/live/contract.ts';
import { isModerator } from '../../../shared/live/model.ts';

/** Whether raising hands is switched off for me. */
export const handsClosed = ({ locks, me }: Pick<RoomSnapshot, 'locks' | 'me'>): boolean =>
  locks.hands && !isModerator(me.role);
