import type { ConnectionQuality, RoomSnapshot, reactions } from '../../../shared/live/contract.ts';
import type { ChatHistory } from './chat-history.ts';
import type { PendingLine } from './pending-lines.ts';

export type Reaction = (typeof reactions)[number];

/** How this page stands with the class. */
export type Connection =
  | { state: 'connecting' }
  | { state: 'connected' }
  /** `since` by the server's clock, in milliseconds. */
  | { state: 'reconnecting'; since: number }
  /** For good: `code` says why (an error code, or `ended`). */
  | { state: 'closed'; code: string };

export interface ShownReaction {
  id: number;
  userId: string;
  reaction: Reaction;
}

/** Everything the room's screens draw. Replaced as a whole, part by part, never changed in place. */
export interface LiveState {
  connection: Connection;
  /** The class as the server last told it; null before the first join. Kept while reconnecting. */
  snapshot: RoomSnapshot | null;
  /** The newest fact in `snapshot`. */
  seq: number;
  history: ChatHistory;
  historyLoading: boolean;
  pending: readonly PendingLine[];
  quality: Readonly<Record<string, ConnectionQuality>>;
  reactions: readonly ShownReaction[];
}

export const initialLiveState: LiveState = {
  connection: { state: 'connecting' },
  snapshot: null,
  seq: 0,
  history: { older: [], hasOlder: false },
  historyLoading: false,
  pending: [],
  quality: {},
  reactions: [],
};
