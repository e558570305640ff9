import type { EventInput } from '../../../shared/kernel/contract.ts';
import { liveChannel } from '../../../shared/live/contract.ts';
import type { RoomSnapshot } from '../../../shared/live/contract.ts';
import { applyFact } from '../../../shared/live/model.ts';
import { createOutbox } from '../../kernel/outbox.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { serverNow } from '../../kernel/server-clock.ts';
import { openChannel } from '../../kernel/socket.ts';
import { createChat } from './chat.ts';
import type { Chat } from './chat.ts';
import { createFactStream } from './fact-stream.ts';
import type { StreamFact } from './fact-stream.ts';
import { historyAfterJoin } from './chat-history.ts';
import { initialLiveState } from './live-state.ts';
import type { LiveState } from './live-state.ts';
import { createSignals } from './signals.ts';
import { createStore } from './store.ts';
import { getTabId } from './tab-id.ts';

type Channel = typeof liveChannel;
type Events = Channel['events'];
/** Events that change rows: their input has a `key`, which the outbox gives them. */
export type DurableEvent = {
  [E in keyof Events]: 'key' extends keyof EventInput<Channel, E> ? E : never;
}[keyof Events];
type WithoutKey<E extends keyof Events> = Omit<EventInput<Channel, E>, 'key'>;

export interface LiveListener {
  /** The whole state is here anew (`joined`), or what was missing of it (`resumed`). */
  onState(snapshot: RoomSnapshot, reason: 'joined' | 'resumed'): void;
  /** After a fact was applied. */
  onFact(fact: StreamFact): void;
  onSignal(type: string, payload: unknown): void;
  onLost(): void;
}

export interface LiveClient {
  getState(): LiveState;
  subscribe(listener: () => void): () => void;
  /** @throws RequestError */
  request(event: string, input: unknown): Promise<unknown>;
  /** Resolves when the server has it for good, which may be after a reconnect. @throws RequestError when refused */
  send<E extends DurableEvent>(event: E, input: WithoutKey<E>): Promise<unknown>;
  chat: Chat;
  /** Out at once; the goodbye is said behind it, so that a server that hangs keeps nobody in. */
  leave(): void;
  close(): void;
}

/** Not a verdict about this person and class: the join is tried again. */
const passing = new Set<string>([
  'disconnected',
  'timeout',
  'rate_limited',
  'unavailable',
  'internal',
  'not_joined',
]);

/** What somebody wrote is worth sending for a day, what they did just then for an hour. */
const hour = 3_600_000;
const lifeOf = (event: string): number => (event === 'chat.send' ? 24 * hour : hour);

/** For so long after a return the server may still count connections that are dead. */
const settlingMs = 15_000;

/** Joins a class and keeps the copy of its state true: subscribe, read, apply; resume over gaps; join again after a reconnect. */
export function openLiveClient(sessionId: string, userId: string, listener: LiveListener): LiveClient {
  const store = createStore<LiveState>(initialLiveState);
  const signals = createSignals(store);
  let closed = false;
  /** Grows with every connect and close, so that an answer to an earlier one is recognised as stale. */
  let turn = 0;
  let connectedAt = 0;

  const facts = createFactStream(
    (fact) => {
      const { snapshot } = store.get();
      if (!snapshot) return;
      store.set({ snapshot: applyFact(snapshot, fact), seq: fact.seq });
      if (fact.type === 'chat.sent') chat.arrived([fact]);
      if (fact.type === 'session.ended') finish('ended');
      listener.onFact(fact);
    },
    () => void resume(),
  );

  const socket = openChannel(liveChannel, {
    onConnect() {
      connectedAt = performance.now();
      void join();
    },
    onDisconnect() {
      turn += 1;
      facts.reset();
      outbox.shut();
      const { connection } = store.get();
      // Before the first join there is nothing to come back to: that is still "connecting".
      if (connection.state === 'connected')
        store.set({ connection: { state: 'reconnecting', since: serverNow() } });
      listener.onLost();
    },
    onMessage(type, payload) {
      if (closed) return;
      const message = payload as { seq?: number; code?: string };
      if (typeof message.seq === 'number') facts.push({ ...message, type } as StreamFact);
      else if (type === 'resync') void resume();
      else if (type === 'room.closed') roomClosed(message.code ?? 'internal');
      else {
        signals.receive(type, payload);
        listener.onSignal(type, payload);
      }
    },
    onRefused: (code) => finish(code),
  });
  const outbox = createOutbox({
    userId,
    scope: sessionId,
    now: serverNow,
    lifeOf,
    send: (event, input) => socket.requestUntyped(event, input),
  });
  const chat = createChat(sessionId, store, outbox);

  async function join(): Promise<void> {
    turn += 1;
    const mine = turn;
    facts.hold();
    signals.joining();
    try {
      const { snapshot, seq } = await socket.request('join', { sessionId, tabId: getTabId() });
      if (mine === turn) enter(snapshot, seq);
    } catch (error) {
      if (mine === turn) joinFailed(codeOf(error), mine);
    }
  }

  function enter(snapshot: RoomSnapshot, seq: number): void {
    const { history, snapshot: before } = store.get();
    store.set({
      connection: { state: 'connected' },
      snapshot,
      seq,
      history: historyAfterJoin({ ...history, newer: before?.chat ?? [] }, snapshot),
    });
    signals.joined(snapshot.quality);
    chat.joined(snapshot.chat);
    listener.onState(snapshot, 'joined');
    facts.releaseAt(seq);
    // What was done in an earlier lesson is not done to this one; what was said is still said.
    const began = Date.parse(snapshot.session.runningSince ?? '');
    outbox.drop(({ event, at }) => event !== 'chat.send' && at < began);
    outbox.open();
  }

  function joinFailed(code: string, mine: number): void {
    const settling =
      code === 'too_many_connections' &&
      store.get().snapshot !== null &&
      performance.now() - connectedAt < settlingMs;
    if (!passing.has(code) && !settling) return finish(code);
    // Spread out: after a server's restart a whole school asks at once.
    setTimeout(() => mine === turn && socket.isConnected() && void join(), 500 + Math.random() * 1500);
  }

  async function resume(): Promise<void> {
    if (closed) return;
    const mine = turn;
    facts.hold();
    try {
      const reply = await socket.request('resume', { after: facts.seq() });
      if (mine !== turn) return;
      if ('resync' in reply) return await join();
      facts.releaseWith(reply.facts as unknown as StreamFact[]);
      const { snapshot } = store.get();
      if (snapshot) listener.onState(snapshot, 'resumed');
    } catch {
      // `not_joined`, or no answer: start again from the whole state. A lost socket joins by itself on its return.
      if (mine === turn && socket.isConnected()) await join();
    }
  }

  function roomClosed(code: string): void {
    // The server going down is no reason to leave the class: it comes back, or another node takes over.
    if (code !== 'unavailable' && code !== 'internal') finish(code);
  }

  /** @param before what the connection is still needed for */
  function finish(code: string, before?: Promise<unknown>): void {
    if (closed) return;
    closed = true;
    turn += 1;
    store.set({ connection: { state: 'closed', code } });
    if (before) void before.catch(() => undefined).finally(() => socket.close());
    else socket.close();
    signals.close();
    outbox.shut();
    outbox.drop(({ event }) => event !== 'chat.send');
    listener.onLost();
  }

  return {
    getState: store.get,
    subscribe: store.subscribe,
    request: (event, input) => socket.requestUntyped(event, input),
    send: (event, input) => outbox.add(event, input).done,
    chat,
    leave: () => finish('left', socket.request('leave', {})),
    close: () => finish('left'),
  };
}
