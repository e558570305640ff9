import type { LiveDeps } from './deps.ts';
import { graceKey } from './grace.ts';
import type { Grace } from './grace.ts';
import type { GuardService } from './guard.service.ts';
import { rightsEnded, staleIntervals, touchIntervals } from './live.repository.ts';
import type { Presence } from './presence.ts';
import type { RoomService } from './room.service.ts';
import type { SessionsService } from './sessions.service.ts';

/** How often the database hears who is still here; a crash dates a leaving at most this much too early. */
const beatMs = 10_000;
const minuteMs = 60_000;
/** How far back rights that ended by themselves are looked for: some looks may fail. */
const lookBackMs = 5 * minuteMs;

/** What has to be looked at again and again, whatever events were missed. */
export interface Watch {
  start(): void;
  stop(): void;
  /** Who is here: keeps attendance fresh, closes what a failure left open, and looks who leads. */
  beat(): Promise<void>;
  /** What time alone changes: rights that ended, classes that nobody ended. */
  minute(): Promise<void>;
}

export interface WatchDeps extends Pick<LiveDeps, 'db' | 'log' | 'clock'> {
  presence: Presence;
  grace: Grace;
  graceSeconds: number;
  guard: Pick<GuardService, 'due' | 'settle'>;
  rooms: Pick<RoomService, 'gone'>;
  sessions: Pick<SessionsService, 'endForgotten'>;
  /** Asks anew what a person may do. */
  review(userId: string): Promise<void>;
}

export function createWatch(deps: WatchDeps): Watch {
  const { db, clock, presence, grace } = deps;
  const ago = (milliseconds: number): Date => new Date(clock.now().getTime() - milliseconds);
  const timers: NodeJS.Timeout[] = [];

  /** One that fails keeps none of the others. */
  async function each<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
    for (const one of all)
      await work(one).catch((error: unknown) =>
        deps.log.warn({ err: error }, 'a running class could not be looked after'),
      );
  }

  async function beat(): Promise<void> {
    await each(presence.all(), ({ sessionId, userIds }) =>
      touchIntervals(db.em(), sessionId, userIds, clock.now()),
    );
    // Others' people are touched by their own node; twice its beat is time enough.
    const stale = await staleIntervals(db.em(), ago(deps.graceSeconds * 1000 + 2 * beatMs));
    await each(stale, async ({ sessionId, userId }) => {
      if (!grace.has(graceKey(sessionId, userId))) await deps.rooms.gone(sessionId, userId, 'disconnected');
    });
    await each(await deps.guard.due(), (sessionId) => deps.guard.settle(sessionId));
  }

  async function minute(): Promise<void> {
    await each(await rightsEnded(db.em(), ago(lookBackMs), clock.now()), (userId) => deps.review(userId));
    await deps.sessions.endForgotten();
  }

  const every = (milliseconds: number, work: () => Promise<void>): void => {
    const timer = setInterval(() => void each([work], (run) => run()), milliseconds);
    timer.unref();
    timers.push(timer);
  };

  return {
    start() {
      every(beatMs, beat);
      every(minuteMs, minute);
    },
    stop: () => timers.splice(0).forEach(clearInterval),
    beat,
    minute,
  };
}
