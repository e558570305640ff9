import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ParticipantRole, ParticipantView, RoomSnapshot } from '../../../shared/live/contract.ts';
import { isModerator } from '../../../shared/live/model.ts';
import type { LiveState } from '../connection/live-state.ts';
import type { MediaEngineState } from '../../media/media-engine.ts';
import type { Room } from './room.ts';

export const RoomContext = createContext<Room | null>(null);

export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error('useRoom outside a room');
  return room;
}

/** A part of the live state. `select` must pick, not build: what it returns is compared by identity. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const { live } = useRoom();
  return useSyncExternalStore(live.subscribe, () => select(live.getState()));
}

/** A part of the class as the server told it; only below `RoomScreen`, which waits for the first join. */
export function useSnapshot<T>(select: (snapshot: RoomSnapshot) => T): T {
  return useLive(({ snapshot }) => {
    if (!snapshot) throw new Error('useSnapshot before the class was joined');
    return select(snapshot);
  });
}

/** A part of the media state; picked, not built. */
export function useMedia<T>(select: (state: MediaEngineState) => T): T {
  const { media } = useRoom();
  return useSyncExternalStore(media.subscribe, () => select(media.getState()));
}

export const useMyRole = (): ParticipantRole => useSnapshot((snapshot) => snapshot.me.role);

export const useModerating = (): boolean => isModerator(useMyRole());

/** Somebody's row in the roster, also of those who left. */
export const useParticipant = (userId: string | null): ParticipantView | undefined =>
  useSnapshot((snapshot) => snapshot.participants.find((one) => one.userId === userId));
