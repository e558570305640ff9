import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** Where something of people ends by time. Instants come from the database, so that they survive a restart and an edit. */
export interface DeadlineSource {
  /** The next end after an instant; null: nothing ends. */
  next(after: Date): Promise<Date | null>;
  /** Whose ends lie after `from`, up to and including `until`. */
  endedIn(from: Date, until: Date): Promise<string[]>;
}

/** Looks to it that what ends by time ends then, also where nobody asks again by themselves. */
export interface Deadlines {
  start(): Promise<void>;
  stop(): void;
  /** Something may end earlier than was known. */
  changed(): void;
}

/** How late somebody is told at the most. */
const tickMs = 500;
/** The next end is read again this often, whatever was heard. */
const refreshMs = 60_000;

/**
 * Tells whose time is over, on every node for itself: what is open here is what has to end here. Only what ends while the
 * process runs is told of, since everything that is opened later asks the database.
 */
export function createDeadlines(deps: {
  clock: Clock;
  log: Logger;
  sources: readonly DeadlineSource[];
  ended(userId: string): void;
}): Deadlines {
  const { clock, log, sources } = deps;
  let timer: NodeJS.Timeout | undefined;
  /** Up to when everybody was told. */
  let told = clock.now();
  let due: Date | null = null;
  let readAt = 0;
  let stale = true;
  let looking = false;

  async function look(): Promise<void> {
    const now = clock.now();
    if (due && due <= now) {
      const found = await Promise.all(sources.map((source) => source.endedIn(told, now)));
      told = now;
      stale = true;
      for (const userId of new Set(found.flat())) deps.ended(userId);
    }
    if (!stale && now.getTime() - readAt < refreshMs) return;
    stale = false;
    const ends = await Promise.all(sources.map((source) => source.next(told)));
    const [first] = ends.filter((end) => end !== null).toSorted((a, b) => a.getTime() - b.getTime());
    due = first ?? null;
    readAt = now.getTime();
  }

  /** One look at a time; what fails is tried again with the next tick. */
  async function tick(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      await look();
    } catch (error) {
      stale = true;
      log.error({ err: error }, 'rights that end by time could not be looked for');
    } finally {
      looking = false;
    }
  }

  return {
    async start() {
      told = clock.now();
      await tick();
      timer = setInterval(() => void tick(), tickMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
    changed() {
      stale = true;
    },
  };
}
