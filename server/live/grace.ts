import type { Logger } from '../kernel/logger.ts';

/** Runs something for a key later, unless it is called off. What fails is tried again. */
export interface Grace {
  /** Runs it when the grace is over; a timer of the same key begins anew. */
  start(key: string, run: () => Promise<void>): void;
  /** Runs it at once. */
  attempt(key: string, run: () => Promise<void>): void;
  /** Whether something waits under the key. */
  has(key: string): boolean;
  cancel(key: string): void;
  stop(): void;
}

interface Waiting {
  timer: NodeJS.Timeout;
  running: boolean;
}

/** Longer than a database needs for a restart; what fails for longer is found by the next look at who is here. */
const tries = 20;
const longestPauseMs = 30_000;

/**
 * Timers for people who lost their connection. A timer only wakes: what it does is decided by the database, and after a
 * restart the timers are set again from there.
 */
export function createGrace(seconds: number, log: Logger): Grace {
  const all = new Map<string, Waiting>();
  const cancel = (key: string): void => {
    clearTimeout(all.get(key)?.timer);
    all.delete(key);
  };
  const schedule = (key: string, milliseconds: number, run: () => Promise<void>, failed: number): void => {
    cancel(key);
    const one: Waiting = { running: false, timer: setTimeout(() => void fire(), milliseconds) };
    const fire = async (): Promise<void> => {
      one.running = true;
      const done = await run().then(
        () => true,
        (error: unknown) => {
          log.error({ err: error, failed }, 'a change of who is in a class could not be written');
          return false;
        },
      );
      // Called off or begun anew meanwhile.
      if (all.get(key) !== one) return;
      if (done || failed + 1 >= tries) all.delete(key);
      else schedule(key, Math.min(1000 * 2 ** failed, longestPauseMs), run, failed + 1);
    };
    one.timer.unref();
    all.set(key, one);
  };
  return {
    start: (key, run) => schedule(key, seconds * 1000, run, 0),
    attempt: (key, run) => schedule(key, 0, run, 0),
    has: (key) => all.get(key)?.running === false,
    cancel,
    stop() {
      for (const key of all.keys()) cancel(key);
    },
  };
}

/** The grace of a person in a class. */
export const graceKey = (sessionId: string, userId: string): string => `${sessionId} ${userId}`;
