import type { EntityManager } from '@mikro-orm/postgresql';
import type { ParticipantRole, SessionStatus } from '../../shared/live/contract.ts';
import { arrayOf } from '../kernel/db/array.ts';
import { prepared } from '../kernel/db/prepared.ts';
import type { ChatRow, ParticipantRow } from './live.presenter.ts';

interface RosterRow {
  user_id: string;
  display_name: string;
  avatar_url: string | null;
  role: ParticipantRole;
  is_guest: boolean;
  joined_at: Date | null;
  is_in: boolean;
  can_publish_audio: boolean | null;
  can_publish_video: boolean | null;
  can_publish_screen: boolean | null;
}

const rosterOf = (narrowed: string): string =>
  `select p.user_id, u.display_name, u.avatar_url, p.role, p.guest_since is not null as is_guest, p.joined_at, p.can_publish_audio, p.can_publish_video, p.can_publish_screen,
     exists (select 1 from live_attendance_intervals i where i.participant_id = p.id and i.left_at is null) as is_in
   from live_session_participants p join users u on u.id = p.user_id
   where p.session_id = :session and p.admission = 'admitted' and p.joined_at is not null ${narrowed}
   order by u.display_name, p.user_id`;
const wholeRoster = rosterOf('');
const rosterOfOne = rosterOf('and p.user_id = :user');

/** Everybody who was ever admitted, in the order of their names; `userId` narrows to one. */
export async function roster(
  em: EntityManager,
  sessionId: string,
  userId?: string,
): Promise<ParticipantRow[]> {
  const rows = await prepared<RosterRow>(em, userId ? rosterOfOne : wholeRoster, {
    session: sessionId,
    user: userId,
  });
  return rows.map((row) => ({
    userId: row.user_id,
    displayName: row.display_name,
    avatarUrl: row.avatar_url,
    role: row.role,
    isGuest: row.is_guest,
    joinedAt: row.joined_at === null ? null : new Date(row.joined_at),
    isIn: row.is_in,
    canPublishAudio: row.can_publish_audio,
    canPublishVideo: row.can_publish_video,
    canPublishScreen: row.can_publish_screen,
  }));
}

const chatBefore = (before: string): string =>
  `select m.id, m.sender_id, u.display_name, m.content, m.created_at
   from live_chat_messages m left join users u on u.id = m.sender_id
   where m.session_id = :session and m.hidden_at is null and not m.is_private ${before}
   order by m.seq desc, m.id desc limit :limit`;
const newestChat = chatBefore('');
const olderChat = chatBefore(
  'and (m.seq, m.id) < (select b.seq, b.id from live_chat_messages b where b.id = :before)',
);

interface ChatLineRow {
  id: string;
  sender_id: string | null;
  display_name: string | null;
  content: string;
  created_at: Date | string;
}

/** Chat lines before `before` (exclusive), newest first: in the order of their facts, which is the one that everybody saw. */
export async function chatPage(
  em: EntityManager,
  sessionId: string,
  limit: number,
  before?: string,
): Promise<ChatRow[]> {
  const rows = await prepared<ChatLineRow>(em, before ? olderChat : newestChat, {
    session: sessionId,
    limit,
    before,
  });
  return rows.map((row) => ({
    id: row.id,
    senderId: row.sender_id,
    displayName: row.display_name,
    content: row.content,
    createdAt: new Date(row.created_at),
  }));
}

/** The queue of raised hands, first in line first. */
export async function openHands(
  em: EntityManager,
  sessionId: string,
): Promise<{ userId: string; raisedAt: Date }[]> {
  const rows = await prepared<{ user_id: string; raised_at: Date | string }>(
    em,
    `select p.user_id, h.raised_at from live_hand_raises h join live_session_participants p on p.id = h.participant_id
     where h.session_id = :session and h.lowered_at is null order by h.raised_at, h.id`,
    { session: sessionId },
  );
  return rows.map((row) => ({ userId: row.user_id, raisedAt: new Date(row.raised_at) }));
}

/** How many people are in a class now. */
export async function countPresent(em: EntityManager, sessionId: string): Promise<number> {
  const [row] = await prepared<{ n: string }>(
    em,
    'select count(*) n from live_attendance_intervals where session_id = :session and left_at is null',
    { session: sessionId },
  );
  return Number(row?.n ?? 0);
}

/**
 * Opens an attendance interval, or goes on with the open one.
 * @returns whether it was opened now
 */
export async function openInterval(
  em: EntityManager,
  input: { id: string; sessionId: string; participantId: string; at: Date },
): Promise<boolean> {
  const { id, sessionId, participantId, at } = input;
  const [row] = await prepared<{ opened: boolean }>(
    em,
    `insert into live_attendance_intervals (id, session_id, participant_id, joined_at, last_seen_at) values (:id, :session, :participant, :at, :at)
     on conflict (participant_id) where left_at is null do update set last_seen_at = greatest(live_attendance_intervals.last_seen_at, excluded.last_seen_at)
     returning (xmax = 0) as opened`,
    { id, session: sessionId, participant: participantId, at },
  );
  return row?.opened ?? false;
}

export type LeaveReason = 'left' | 'disconnected' | 'removed' | 'session_ended';

/**
 * Closes open intervals of a class, of one person or of all, and adds them to the participants' totals.
 * Somebody who vanished left when last seen, not when the grace ran out.
 * @returns the people who were in, and when each left
 */
export async function closeIntervals(
  em: EntityManager,
  input: { sessionId: string; userId?: string; reason: LeaveReason; at: Date },
): Promise<{ userId: string; leftAt: Date }[]> {
  const rows = await em.execute<{ user_id: string; left_at: Date | string }[]>(
    `with closed as (
       update live_attendance_intervals i set left_at = greatest(i.joined_at, case when ? then i.last_seen_at else ? end), leave_reason = ?
       from live_session_participants p
       where p.id = i.participant_id and i.session_id = ? and i.left_at is null ${input.userId ? 'and p.user_id = ?' : ''}
       returning i.participant_id, i.joined_at, i.left_at
     )
     update live_session_participants p set left_at = c.left_at, updated_at = now(),
       total_seconds = p.total_seconds + round(extract(epoch from c.left_at - c.joined_at))::int
     from closed c where p.id = c.participant_id returning p.user_id, c.left_at`,
    [
      input.reason === 'disconnected',
      input.at,
      input.reason,
      input.sessionId,
      ...(input.userId ? [input.userId] : []),
    ],
  );
  return rows.map((row) => ({ userId: row.user_id, leftAt: new Date(row.left_at) }));
}

/** Notes that these people are still here, so that a crash dates their leaving well, and the most that were here at once. */
export async function touchIntervals(
  em: EntityManager,
  sessionId: string,
  userIds: readonly string[],
  at: Date,
): Promise<void> {
  await em.execute(
    `update live_attendance_intervals i set last_seen_at = ? from live_session_participants p
     where p.id = i.participant_id and i.session_id = ? and i.left_at is null and p.user_id = any(?::uuid[])`,
    [at, sessionId, arrayOf(userIds)],
  );
  // Here and not when somebody joins: fifty people who come in together must not wait for each other's lock.
  await em.execute('update live_sessions set peak_participants = ? where id = ? and peak_participants < ?', [
    userIds.length,
    sessionId,
    userIds.length,
  ]);
}

/** Which of these people have an open interval. */
export async function openParticipants(
  em: EntityManager,
  sessionId: string,
  userIds: readonly string[],
): Promise<string[]> {
  const rows = await em.execute<{ user_id: string }[]>(
    `select p.user_id from live_attendance_intervals i join live_session_participants p on p.id = i.participant_id
     where i.session_id = ? and i.left_at is null and p.user_id = any(?::uuid[])`,
    [sessionId, arrayOf(userIds)],
  );
  return rows.map((row) => row.user_id);
}

/** Everybody with an open interval, in every class: who was in when the server stopped. */
export async function everyoneIn(em: EntityManager): Promise<{ sessionId: string; userId: string }[]> {
  const rows = await em.execute<{ session_id: string; user_id: string }[]>(
    `select i.session_id, p.user_id from live_attendance_intervals i join live_session_participants p on p.id = i.participant_id
     where i.left_at is null`,
  );
  return rows.map((row) => ({ sessionId: row.session_id, userId: row.user_id }));
}

/** In which state the class of a note is, and how far the person who asks was let into it. */
export async function classOfNote(
  em: EntityManager,
  documentId: string,
  userId: string,
): Promise<{ status: SessionStatus; admission: string | null } | null> {
  const [row] = await em.execute<{ status: SessionStatus; admission: string | null }[]>(
    `select s.status, p.admission from note_documents d join live_sessions s on s.id = d.live_session_id and s.deleted_at is null
     left join live_session_participants p on p.session_id = s.id and p.user_id = ?
     where d.id = ? and d.scope = 'live_session' and d.deleted_at is null`,
    [userId, documentId],
  );
  return row ?? null;
}

/** People in running classes who were last seen before `before`: nobody noted that they are gone. */
export async function staleIntervals(
  em: EntityManager,
  before: Date,
): Promise<{ sessionId: string; userId: string }[]> {
  const rows = await em.execute<{ session_id: string; user_id: string }[]>(
    `select i.session_id, p.user_id from live_attendance_intervals i join live_session_participants p on p.id = i.participant_id
     where i.left_at is null and i.last_seen_at < ?`,
    [before],
  );
  return rows.map((row) => ({ sessionId: row.session_id, userId: row.user_id }));
}

/** Whether somebody who leads a class is in it now. */
export async function isLed(em: EntityManager, sessionId: string): Promise<boolean> {
  const [row] = await em.execute<{ led: boolean }[]>(`select ${leadersIn('?')} as led`, [sessionId]);
  return row?.led ?? false;
}

const leadersIn = (sessionId: string): string =>
  `exists (select 1 from live_attendance_intervals i join live_session_participants p on p.id = i.participant_id
     where i.session_id = ${sessionId} and i.left_at is null and p.role in ('host', 'co_host'))`;

/** Running classes without anybody who leads them since `since` that have not locked themselves yet, and those that are led again. */
export async function unledClasses(em: EntityManager, since: Date): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select s.id from live_sessions s where s.status = 'live' and s.deleted_at is null and s.unled_since is not null
       and ((s.guarded_at is null and s.unled_since <= ?) or ${leadersIn('s.id')})`,
    [since],
  );
  return rows.map(({ id }) => id);
}

/** Running classes whose planned end, in the timetable and by their length, is before `before`, and where nobody has been since. */
export async function forgottenClasses(em: EntityManager, before: Date): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select s.id from live_sessions s where s.status = 'live' and s.deleted_at is null
       and greatest(s.scheduled_at, s.started_at, s.resumed_at) + make_interval(mins => s.duration_minutes) < ?
       and not exists (select 1 from live_attendance_intervals i where i.session_id = s.id and (i.left_at is null or i.left_at >= ?))`,
    [before, before],
  );
  return rows.map(({ id }) => id);
}

/** People for whom something that gave (or took) a right ended by time, between two moments. Nothing else tells of that. */
export async function rightsEnded(em: EntityManager, after: Date, until: Date): Promise<string[]> {
  const rows = await em.execute<{ user_id: string }[]>(
    `select user_id from enrollments where expires_at > ? and expires_at <= ?
     union select user_id from user_roles where revoked_at is null and expires_at > ? and expires_at <= ?
     union select user_id from user_permissions where revoked_at is null and expires_at > ? and expires_at <= ?`,
    [after, until, after, until, after, until],
  );
  return rows.map((row) => row.user_id);
}

/** Somebody in a running class. */
export interface Inside {
  sessionId: string;
  userId: string;
  role: ParticipantRole;
}

/**
 * Whom a change of rights concerns: who is in a running class now, and who is connected to any class. Of one person, or of the
 * classes of an organization and those below it, or both; with neither everybody.
 */
export async function insideNow(
  em: EntityManager,
  concerned: { userId?: string; organizationId?: string },
  connected: readonly { sessionId: string; userId: string }[],
): Promise<Inside[]> {
  const { userId, organizationId } = concerned;
  const rows = await em.execute<{ session_id: string; user_id: string; role: ParticipantRole }[]>(
    `with recursive tree(id) as (
       select id from organizations where id = ? union select o.id from organizations o join tree on o.parent_id = tree.id
     )
     select p.session_id, p.user_id, p.role from live_session_participants p join live_sessions s on s.id = p.session_id
     where ((s.status = 'live' and p.admission = 'admitted'
         and exists (select 1 from live_attendance_intervals i where i.participant_id = p.id and i.left_at is null))
         or (p.session_id, p.user_id) in (select * from unnest(?::uuid[], ?::uuid[])))
       ${userId ? 'and p.user_id = ?' : ''} ${organizationId ? 'and s.organization_id in (select id from tree)' : ''}
     order by p.user_id`,
    [
      organizationId ?? null,
      arrayOf(connected.map((one) => one.sessionId)),
      arrayOf(connected.map((one) => one.userId)),
      ...(userId ? [userId] : []),
    ],
  );
  return rows.map((row) => ({ sessionId: row.session_id, userId: row.user_id, role: row.role }));
}

/** Notes of the classes of an organization and those below it; null: of all. */
export async function notesBelow(em: EntityManager, organizationId: string | null): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `with recursive tree(id) as (
       select id from organizations where id = ? union select o.id from organizations o join tree on o.parent_id = tree.id
     ) select d.id from note_documents d where d.deleted_at is null and (?::uuid is null or d.organization_id in (select id from tree))`,
    [organizationId, organizationId],
  );
  return rows.map(({ id }) => id);
}
