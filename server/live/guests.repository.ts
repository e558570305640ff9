import type { EntityManager } from '@mikro-orm/postgresql';
import type { GuestView } from '../../shared/live/guests.ts';
import { iso, isoOrNull } from '../../shared/kernel/time.ts';
import { arrayOf } from '../kernel/db/array.ts';
import type { Participant } from './participant.entity.ts';

interface GuestRow {
  id: string;
  user_id: string;
  display_name: string;
  avatar_url: string | null;
  guest_since: Date | string;
  guest_ended_at: Date | string | null;
}

/** What somebody is to a class, as far as being its guest goes. */
export interface GuestStanding {
  admission: Participant['admission'];
  guestEndedAt: Date | null;
}

/** Classes that somebody is a guest of. */
export async function guestClasses(em: EntityManager, userId: string): Promise<string[]> {
  const rows = await em.execute<{ session_id: string }[]>(
    'select session_id from live_session_participants where user_id = ? and guest_since is not null and guest_ended_at is null',
    [userId],
  );
  return rows.map((row) => row.session_id);
}

/** How many guests a class has. */
export async function countGuests(em: EntityManager, sessionId: string): Promise<number> {
  const [row] = await em.execute<{ n: string }[]>(
    'select count(*) n from live_session_participants where session_id = ? and guest_since is not null and guest_ended_at is null',
    [sessionId],
  );
  return Number(row?.n ?? 0);
}

/** Of some addresses those whose people are guests of a class. */
export async function guestAddresses(
  em: EntityManager,
  sessionId: string,
  emails: readonly string[],
): Promise<Set<string>> {
  const rows = await em.execute<{ email: string }[]>(
    `select u.email from users u join live_session_participants p on p.user_id = u.id
     where u.deleted_at is null and p.session_id = ? and p.guest_since is not null and p.guest_ended_at is null
       and u.email = any(?::text[])`,
    [sessionId, arrayOf(emails)],
  );
  return new Set(rows.map(({ email }) => email));
}

/**
 * Makes somebody a guest; who was one stays as they were, and comes back only with `again`.
 * @returns how they stand afterwards
 */
export async function addGuest(
  em: EntityManager,
  one: { id: string; sessionId: string; userId: string; at: Date; again: boolean },
): Promise<GuestStanding> {
  const [row] = await em.execute<{ admission: Participant['admission']; guest_ended_at: Date | null }[]>(
    `insert into live_session_participants (id, session_id, user_id, guest_since) values (?, ?, ?, ?)
     on conflict (session_id, user_id) do update set guest_since = coalesce(live_session_participants.guest_since, excluded.guest_since),
       guest_ended_at = case when ? then null else live_session_participants.guest_ended_at end, updated_at = excluded.guest_since
     returning admission, guest_ended_at`,
    [one.id, one.sessionId, one.userId, one.at, one.again],
  );
  if (!row) throw new Error('a guest was not written');
  return { admission: row.admission, guestEndedAt: row.guest_ended_at };
}

/** Takes a guest out (`endedAt`), or lets them in again (null). @returns whether there is such a guest */
export async function endGuest(
  em: EntityManager,
  one: { sessionId: string; userId: string; endedAt: Date | null; at: Date },
): Promise<boolean> {
  const rows = await em.execute(
    `update live_session_participants set guest_ended_at = ?, updated_at = ?
     where session_id = ? and user_id = ? and guest_since is not null returning id`,
    [one.endedAt, one.at, one.sessionId, one.userId],
  );
  return rows.length > 0;
}

/** One page of a class's guests, the last who came first, one more than asked for when there are more. */
export async function guestPage(
  em: EntityManager,
  sessionId: string,
  page: { cursor?: string; limit: number; userId?: string },
): Promise<{ id: string; view: GuestView }[]> {
  const { cursor = null, userId = null, limit } = page;
  const rows = await em.execute<GuestRow[]>(
    `select p.id, p.user_id, u.display_name, u.avatar_url, p.guest_since, p.guest_ended_at
     from live_session_participants p join users u on u.id = p.user_id
     where p.session_id = ? and p.guest_since is not null
       and (?::uuid is null or p.user_id = ?) and (?::uuid is null or p.id < ?)
     order by p.id desc limit ?`,
    [sessionId, userId, userId, cursor, cursor, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    view: {
      userId: row.user_id,
      displayName: row.display_name,
      avatarUrl: row.avatar_url,
      since: iso(new Date(row.guest_since)),
      endedAt: isoOrNull(row.guest_ended_at === null ? null : new Date(row.guest_ended_at)),
    },
  }));
}
