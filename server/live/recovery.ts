import type { LiveDeps } from './deps.ts';
import { graceKey } from './grace.ts';
import type { Grace } from './grace.ts';
import { everyoneIn } from './live.repository.ts';
import type { RoomService } from './room.service.ts';

/**
 * After a start, planned or not: whoever was in a class is shown as reconnecting and has the usual grace to come back,
 * counted from now.
 */
export async function recoverPresence(deps: LiveDeps, rooms: RoomService, grace: Grace): Promise<void> {
  const classes = Map.groupBy(await everyoneIn(deps.db.em()), (one) => one.sessionId);
  for (const [sessionId, people] of classes) {
    for (const { userId } of people) {
      grace.start(graceKey(sessionId, userId), () => rooms.gone(sessionId, userId, 'disconnected'));
    }
    await rooms.lost(
      sessionId,
      people.map((one) => one.userId),
    );
  }
}
