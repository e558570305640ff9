import { v4 as uuid } from 'uuid';
import { RequestError } from './request-error.ts';

/** A durable event that the server has not acknowledged yet. */
export interface OutboxEntry {
  key: string;
  event: string;
  input: Record<string, unknown>;
  /** When the person did it, by the server's clock, in milliseconds. */
  at: number;
}

export interface OutboxOptions {
  /** Whose events these are, and about what: together their name in `sessionStorage`, so that a reload loses nothing. */
  userId: string;
  scope: string;
  /** The server's time in milliseconds. */
  now: () => number;
  /** For how many milliseconds an event is worth sending. */
  lifeOf: (event: string) => number;
  /** One try. Rejects with a RequestError. */
  send: (event: string, input: Record<string, unknown>) => Promise<unknown>;
}

export interface Outbox {
  /** What waits, oldest first. */
  entries(): readonly OutboxEntry[];
  /** Keeps the event until it is acknowledged or refused; `done` tells which. `key` may repeat an earlier try. */
  add(event: string, input: Record<string, unknown>, key?: string): { key: string; done: Promise<unknown> };
  /** `done` of an entry, also of one that an earlier page left behind. */
  settled(key: string): Promise<unknown>;
  /** The room was joined: send what waits. */
  open(): void;
  /** The connection is gone: wait. */
  shut(): void;
  /** Forgets what waits and is not worth sending any more; nobody is told. */
  drop(stale: (entry: OutboxEntry) => boolean): void;
}

const prefix = 'lectern-outbox:';

/** On a shared computer nobody sends what somebody else wrote: forgets what others left here, with null what anybody did. */
export function forgetOutboxes(exceptOf: string | null): void {
  try {
    for (const name of Object.keys(sessionStorage))
      if (name.startsWith(prefix) && !(exceptOf !== null && name.startsWith(`${prefix}${exceptOf}:`)))
        sessionStorage.removeItem(name);
  } catch {
    // Without storage nothing was left.
  }
}

/** Whether this tab keeps an event, of whatever room, that was never acknowledged. */
export function isAnythingInOutboxes(): boolean {
  try {
    return Object.keys(sessionStorage).some((name) => name.startsWith(prefix));
  } catch {
    return false;
  }
}

/** No verdict on the event itself: the same key is tried again. Everything else is a refusal. */
const transient = new Set<string>(['disconnected', 'timeout', 'not_joined', 'rate_limited', 'unavailable']);
/** The server failed, which may pass: the same key is tried again a few times, and then it is told. */
const failing = new Set<string>(['internal', 'storage_full']);
const maxFailures = 3;

function retryDelay(error: RequestError): number {
  const { retryAfterSeconds } = (error.data ?? {}) as { retryAfterSeconds?: number };
  return retryAfterSeconds ? retryAfterSeconds * 1000 : 1000;
}

function load(storageKey: string, alive: (entry: OutboxEntry) => boolean): OutboxEntry[] {
  try {
    const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]') as OutboxEntry[];
    return kept.filter(alive);
  } catch {
    return [];
  }
}

function store(storageKey: string, entries: readonly OutboxEntry[]): void {
  try {
    if (entries.length === 0) sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, JSON.stringify(entries));
  } catch {
    // Storage full or forbidden: the entries still live in memory, only a reload would lose them.
  }
}

/** Events about the same thing go one after the other, so that raising and lowering a hand cannot change places. */
const laneOf = (event: string): string => event.slice(0, event.indexOf('.'));

/**
 * The sender of durable events: each is sent, and after every reconnect sent again with the same key, until the server
 * has acknowledged or refused it.
 */
export function createOutbox({ userId, scope, now, lifeOf, send }: OutboxOptions): Outbox {
  const storageKey = `${prefix}${userId}:${scope}`;
  let entries = load(storageKey, ({ event, at }) => at + lifeOf(event) > now());
  const failures = new Map<string, number>();
  let opened = false;
  const busyLanes = new Set<string>();
  const waiting = new Map<string, PromiseWithResolvers<unknown>>();

  const settled = (key: string): Promise<unknown> => {
    const known = waiting.get(key);
    if (known) return known.promise;
    const { promise, resolve, reject } = deferred();
    waiting.set(key, { promise, resolve, reject });
    return promise;
  };

  const remove = (key: string): PromiseWithResolvers<unknown> | undefined => {
    entries = entries.filter((entry) => entry.key !== key);
    store(storageKey, entries);
    const waiter = waiting.get(key);
    waiting.delete(key);
    failures.delete(key);
    return waiter;
  };

  const mayPass = (key: string, code: string): boolean => {
    if (!failing.has(code)) return transient.has(code);
    failures.set(key, (failures.get(key) ?? 0) + 1);
    return (failures.get(key) ?? 0) < maxFailures;
  };

  const deliver = async ({ key, event, input }: OutboxEntry): Promise<void> => {
    try {
      const reply = await send(event, { ...input, key });
      remove(key)?.resolve(reply);
    } catch (error) {
      if (!(error instanceof RequestError) || !mayPass(key, error.code)) remove(key)?.reject(error);
      // `disconnected` waits for `open`; the rest waits a moment, with the lane kept so that nothing overtakes.
      else if (error.code !== 'disconnected')
        await new Promise((resolve) => setTimeout(resolve, retryDelay(error)));
      else opened = false;
    }
  };

  const pump = (): void => {
    if (!opened) return;
    for (const entry of entries) {
      const lane = laneOf(entry.event);
      if (busyLanes.has(lane)) continue;
      busyLanes.add(lane);
      void deliver(entry).finally(() => {
        busyLanes.delete(lane);
        pump();
      });
    }
  };

  return {
    entries: () => entries,
    settled,
    add(event, input, key = uuid()) {
      entries = [...entries, { key, event, input, at: now() }];
      store(storageKey, entries);
      const done = settled(key);
      pump();
      return { key, done };
    },
    open() {
      opened = true;
      pump();
    },
    shut() {
      opened = false;
    },
    drop(stale) {
      const left = entries.filter((entry) => !stale(entry));
      if (left.length === entries.length) return;
      for (const { key } of entries.filter((entry) => stale(entry))) waiting.delete(key);
      entries = left;
      store(storageKey, entries);
    },
  };
}

// Promise.withResolvers is younger than some browsers in schools.
function deferred(): PromiseWithResolvers<unknown> {
  let resolve: (value: unknown) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits sees the rejection; an entry nobody waits for must not become an unhandled one.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
