import type { LiveDeps } from './deps.ts';
import type { Grace } from './grace.ts';
import { everyoneIn, touchIntervals } from './live.repository.ts';
import type { Presence } from './presence.ts';
import type { RoomService } from './room.service.ts';

/** How often the database hears who is still here; a crash dates a leaving at most this much too early. */
const heartbeatMs = 10_000;

/**
 * After a start, planned or not: whoever was in a class is shown as reconnecting and has the usual grace to come back,
 * counted from now.
 */
export async function recoverPresence(deps: LiveDeps, rooms: RoomService, grace: Grace): Promise<void> {
  const classes = Map.groupBy(await everyoneIn(deps.db.em()), (one) => one.sessionId);
  for (const [sessionId, people] of classes) {
    for (const { userId } of people) {
      grace.start(`${sessionId} ${userId}`, () => rooms.gone(sessionId, userId, 'disconnected'));
    }
    await rooms.lost(
      sessionId,
      people.map((one) => one.userId),
    );
  }
}

/** Keeps `last_seen_at` of the connected fresh. @returns a function that ends it */
export function startHeartbeat(deps: LiveDeps, presence: Presence): () => void {
  const beat = async (): Promise<void> => {
    for (const { sessionId, userIds } of presence.all())
      await touchIntervals(deps.db.em(), sessionId, userIds, deps.clock.now());
  };
  const timer = setInterval(() => {
    beat().catch((error: unknown) => deps.log.warn({ err: error }, 'attendance could not be refreshed'));
  }, heartbeatMs);
  timer.unref();
  return () => clearInterval(timer);
}
