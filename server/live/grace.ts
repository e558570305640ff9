import type { Logger } from '../kernel/logger.ts';

/** Runs something for a key later, unless it is called off. */
export interface Grace {
  start(key: string, run: () => Promise<void>): void;
  cancel(key: string): void;
  stop(): void;
}

/**
 * Timers for people who lost their connection. A timer only wakes: what it does is decided by the database, and after a
 * restart the timers are set again from there.
 */
export function createGrace(seconds: number, log: Logger): Grace {
  const timers = new Map<string, NodeJS.Timeout>();
  const cancel = (key: string) => {
    clearTimeout(timers.get(key));
    timers.delete(key);
  };
  return {
    start(key, run) {
      cancel(key);
      const timer = setTimeout(() => {
        timers.delete(key);
        run().catch((error: unknown) => log.error({ err: error }, 'closing an attendance interval failed'));
      }, seconds * 1000);
      timer.unref();
      timers.set(key, timer);
    },
    cancel,
    stop() {
      for (const key of timers.keys()) cancel(key);
    },
  };
}
