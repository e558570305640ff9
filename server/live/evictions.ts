import type { SessionStatus } from '../../shared/live/contract.ts';
import type { LiveDeps } from './deps.ts';
import type { Grace } from './grace.ts';
import { standingIn } from './in-class.ts';
import type { LiveChannel } from './live.channel.ts';
import { roleOf } from './live.policy.ts';
import { insideNow, notesBelow } from './live.repository.ts';
import type { Inside } from './live.repository.ts';
import type { RoomService } from './room.service.ts';

/** Whoever loses the right to be in a class is out of it within a second: sockets, streams and notes. */
export interface Evictions {
  /**
   * A class started, ended or was reopened: its note becomes writable or read-only for everybody who has it open. With the
   * end everybody is out of media; sockets stay, so that a reopening reaches them, and it puts them in again as a join would.
   * What fails is tried again.
   */
  classChanged(sessionId: string, status: SessionStatus, channel: LiveChannel): Promise<void>;
  /**
   * Rights may have changed: of one person, in an organization and those below it, or of one person there; with neither,
   * everybody's. Everybody concerned who is in a running class, or connected to any, is asked for anew: whoever lost the
   * right is out, and who leads now, or leads no more, is shown so. What fails is tried again.
   */
  rightsChanged(concerned: AccessChange, rooms: RoomService, channel: LiveChannel): Promise<void>;
}

/** What a message `access.changed` says. */
export interface AccessChange {
  userId?: string;
  organizationId?: string;
}

/** People that are asked for at the same moment. */
const atOnce = 8;

export function createEvictions(deps: LiveDeps, grace: Grace): Evictions {
  /** Changes of one class happen one after another, or a late end would close what a reopening has opened. */
  const changing = new Map<string, Promise<void>>();

  async function apply(sessionId: string, status: SessionStatus, channel: LiveChannel): Promise<void> {
    try {
      if (status === 'ended') await deps.media.closeRoom(sessionId);
      await follow(sessionId, status, channel);
    } catch (error) {
      deps.log.error({ err: error, sessionId }, 'a change of a class did not reach its streams or its note');
      // Harmless when it comes late: a note is asked about as it is now, and a class that is over takes nobody in.
      grace.attempt(`class ${sessionId}`, () => follow(sessionId, status, channel));
    }
  }

  async function follow(sessionId: string, status: SessionStatus, channel: LiveChannel): Promise<void> {
    const noteId = (await deps.notes.primaryForClasses(deps.db.em(), [sessionId])).get(sessionId);
    if (noteId) await deps.notes.rightsChanged(noteId);
    if (status === 'live') await channel.reenter(sessionId);
  }

  async function reach(concerned: AccessChange, rooms: RoomService, channel: LiveChannel): Promise<void> {
    const inside = await insideNow(deps.db.em(), concerned, joinedPeople(channel, concerned));
    for (let at = 0; at < inside.length; at += atOnce)
      await Promise.all(inside.slice(at, at + atOnce).map((one) => review(one, rooms, channel)));
    if (concerned.userId) await deps.notes.revoke(concerned.userId);
    else for (const noteId of await openNotes(concerned)) await deps.notes.rightsChanged(noteId);
  }

  return {
    async classChanged(sessionId, status, channel) {
      const before = changing.get(sessionId) ?? Promise.resolve();
      const mine = before.then(() => apply(sessionId, status, channel));
      changing.set(sessionId, mine);
      await mine;
      if (changing.get(sessionId) === mine) changing.delete(sessionId);
    },

    async rightsChanged(concerned, rooms, channel) {
      try {
        await reach(concerned, rooms, channel);
      } catch (error) {
        deps.log.error(
          { err: error, ...concerned },
          'a change of rights did not reach everybody it concerns',
        );
        const key = `rights ${concerned.userId ?? ''} ${concerned.organizationId ?? ''}`;
        grace.attempt(key, () => reach(concerned, rooms, channel));
      }
    },
  };

  async function review(
    { sessionId, userId, role }: Inside,
    rooms: RoomService,
    channel: LiveChannel,
  ): Promise<void> {
    const standing = await standingIn(deps, deps.db.em(), { userId }, sessionId);
    const now = standing && roleOf(standing);
    if (!now) {
      for (const connection of channel.connections())
        if (connection.state.joined?.sessionId === sessionId && connection.actor.userId === userId)
          connection.close('forbidden');
      await deps.media.revoke(userId, sessionId);
      await rooms.removed(sessionId, userId);
    } else if (now !== role) {
      await rooms.changed(sessionId, userId, now);
      await deps.media.enforce(sessionId, userId);
    }
  }

  async function openNotes({ organizationId }: AccessChange): Promise<string[]> {
    return notesBelow(deps.db.em(), organizationId ?? null);
  }
}

/** Who is connected to a class, be it over: they hear of it when it goes on. */
function joinedPeople(
  channel: LiveChannel,
  { userId }: AccessChange,
): { sessionId: string; userId: string }[] {
  return [...channel.connections()].flatMap(({ actor, state }) =>
    state.joined && (userId === undefined || actor.userId === userId)
      ? [{ sessionId: state.joined.sessionId, userId: actor.userId }]
      : [],
  );
}
