import { liveRoutes } from '../../../shared/live/contract.ts';
import type { ChatMessageView } from '../../../shared/live/contract.ts';
import { api } from '../../kernel/api.ts';
import type { Outbox } from '../../kernel/outbox.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { historyWithPage } from './chat-history.ts';
import type { LiveState } from './live-state.ts';
import { withPendingState, withoutArrived } from './pending-lines.ts';
import type { Store } from './store.ts';

export interface Chat {
  send(text: string): void;
  /** A refused line once more, or away with it. */
  retry(key: string): void;
  discard(key: string): void;
  /** One page further back. @throws ApiError */
  loadOlder(): Promise<void>;
  /** Lines that came by fact. */
  arrived(lines: readonly ChatMessageView[]): void;
  /** A new snapshot: what was acknowledged before it is in it, or too old to show. */
  joined(lines: readonly ChatMessageView[]): void;
}

/** My own lines on their way, and the way back through the chat. */
export function createChat(sessionId: string, store: Store<LiveState>, outbox: Outbox): Chat {
  const follow = (key: string, done: Promise<unknown>): void => {
    done.then(
      () => store.set({ pending: withPendingState(store.get().pending, key, 'acknowledged') }),
      (error: unknown) =>
        store.set({ pending: withPendingState(store.get().pending, key, 'refused', codeOf(error)) }),
    );
  };

  // Lines that a reload of this page interrupted.
  const left = outbox.entries().filter((entry) => entry.event === 'chat.send');
  store.set({
    pending: left.map(({ key, input }) => ({
      key,
      text: String(input.text),
      state: 'sending' as const,
      code: null,
    })),
  });
  for (const { key } of left) follow(key, outbox.settled(key));

  const send = (text: string): void => {
    const entry = outbox.add('chat.send', { text });
    store.set({ pending: [...store.get().pending, { key: entry.key, text, state: 'sending', code: null }] });
    follow(entry.key, entry.done);
  };
  const discard = (key: string): void => {
    store.set({ pending: store.get().pending.filter((line) => line.key !== key) });
  };
  const arrived = (lines: readonly ChatMessageView[]): void => {
    const { pending } = store.get();
    const still = withoutArrived(pending, lines);
    if (still !== pending) store.set({ pending: still });
  };

  return {
    send,
    retry(key) {
      const line = store.get().pending.find((one) => one.key === key);
      if (!line) return;
      store.set({ pending: withPendingState(store.get().pending, key, 'sending') });
      // A refusal leaves nothing behind; where the line was stored and only the answer failed, the key keeps it from doubling.
      follow(key, outbox.add('chat.send', { text: line.text }, key).done);
    },
    discard,
    arrived,
    joined(lines) {
      arrived(lines);
      store.set({ pending: store.get().pending.filter((line) => line.state !== 'acknowledged') });
    },
    async loadOlder() {
      const { history, snapshot, historyLoading } = store.get();
      if (historyLoading || !history.hasOlder) return;
      store.set({ historyLoading: true });
      try {
        const cursor = (history.older[0] ?? snapshot?.chat[0])?.id;
        const page = await api.call(liveRoutes.chat, {
          params: { sessionId },
          query: { cursor, limit: 100 },
        });
        store.set({ history: historyWithPage(store.get().history, page.items, page.nextCursor !== null) });
      } finally {
        store.set({ historyLoading: false });
      }
    },
  };
}
