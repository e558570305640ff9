import type { ConnectionQuality } from '../../../shared/live/contract.ts';
import type { MediaStatus } from '../../../shared/media/contract.ts';
import type { LiveState, Reaction } from './live-state.ts';
import type { Store } from './store.ts';

/** How long a reaction is seen, in milliseconds; the animation in `reactions.module.css` lasts as long. */
export const reactionLife = 4_000;

/** What passes and is not kept: reactions, everybody's connection, how media stands. */
export function createSignals(store: Store<LiveState>) {
  let lastId = 0;
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const showReaction = (userId: string, reaction: Reaction): void => {
    lastId += 1;
    const id = lastId;
    // Everybody applauding is a handful of hands rising, not three hundred.
    store.set({ reactions: [...store.get().reactions.slice(-24), { id, userId, reaction }] });
    const timer = setTimeout(() => {
      timers.delete(timer);
      store.set({ reactions: store.get().reactions.filter((one) => one.id !== id) });
    }, reactionLife);
    timers.add(timer);
  };

  const setMediaStatus = (status: MediaStatus): void => {
    const { snapshot } = store.get();
    if (snapshot) store.set({ snapshot: { ...snapshot, media: { ...snapshot.media, ...status } } });
  };

  /** What was told since the join was asked for: the snapshot it answers may be older. */
  let told: Record<string, ConnectionQuality> = {};

  return {
    joining(): void {
      told = {};
    },
    joined(quality: Readonly<Record<string, ConnectionQuality>>): void {
      store.set({ quality: { ...quality, ...told } });
    },
    receive(type: string, payload: unknown): void {
      if (type === 'reaction.sent') {
        const { userId, reaction } = payload as { userId: string; reaction: Reaction };
        showReaction(userId, reaction);
      } else if (type === 'quality.changed') {
        const { userId, quality } = payload as { userId: string; quality: ConnectionQuality };
        told[userId] = quality;
        store.set({ quality: { ...store.get().quality, [userId]: quality } });
      } else if (type === 'media.status') setMediaStatus(payload as MediaStatus);
    },
    close(): void {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
