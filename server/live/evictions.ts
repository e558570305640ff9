import type { SessionStatus } from '../../shared/live/contract.ts';
import type { StoredEvent } from '../kernel/db/outbox.ts';
import type { LiveDeps } from './deps.ts';
import type { LiveChannel } from './live.channel.ts';
import { LiveSession } from './live-session.entity.ts';
import type { RoomService } from './room.service.ts';

/** Whoever loses the right to be in a class is out of it within a second: sockets, streams and notes. */
export interface Evictions {
  /**
   * A class started, ended or was reopened: its note becomes writable or read-only for everybody who has it open, and
   * with the end everybody is out of media. Sockets stay, so that a reopening reaches them.
   */
  classChanged(sessionId: string, status: SessionStatus): Promise<void>;
  /** A learner left or lost the course: out of all its running classes. */
  unenrolled(event: StoredEvent, rooms: RoomService, channel: LiveChannel): Promise<void>;
}

export function createEvictions(deps: LiveDeps): Evictions {
  return {
    async classChanged(sessionId, status) {
      try {
        if (status === 'ended') await deps.media.closeRoom(sessionId);
        const noteId = (await deps.notes.primaryForClasses(deps.db.em(), [sessionId])).get(sessionId);
        if (noteId) await deps.notes.rightsChanged(noteId);
      } catch (error) {
        deps.log.error(
          { err: error, sessionId },
          'a change of a class did not reach its streams or its note',
        );
      }
    },

    async unenrolled(event, rooms, channel) {
      const { userId, courseId } = event.payload as { userId: string; courseId: string };
      const sessions = await deps.db.em().find(LiveSession, { courseId, status: 'live' });
      const out = new Set(sessions.map((session) => session.id));
      for (const connection of channel.connections()) {
        const sessionId = connection.state.joined?.sessionId;
        if (sessionId && out.has(sessionId) && connection.actor.userId === userId)
          connection.close('forbidden');
      }
      for (const session of sessions) {
        await deps.media.revoke(userId, session.id);
        await rooms.removed(session.id, userId);
      }
      await deps.notes.revoke(userId);
    },
  };
}
