import type { EntityManager } from '@mikro-orm/postgresql';
import type { PlannedClass } from './schedule.ts';

interface Row {
  id: string;
  status: PlannedClass['status'];
  scheduled_at: Date | string;
  started_at: Date | string | null;
}

/** The demo's own classes; those that people made carry no mark and are never among them. */
export async function demoClasses(em: EntityManager): Promise<PlannedClass[]> {
  const rows = await em.execute<Row[]>(
    `select id, status, scheduled_at, started_at from live_sessions
     where settings->>'demo' is not null and deleted_at is null order by scheduled_at for no key update`,
  );
  return rows.map((row) => ({
    id: row.id,
    status: row.status,
    scheduledAt: new Date(row.scheduled_at),
    startedAt: row.started_at === null ? null : new Date(row.started_at),
  }));
}

/** Puts a class that nobody started to a new time. */
export async function moveClass(em: EntityManager, id: string, at: Date): Promise<void> {
  await em.execute(
    `update live_sessions set scheduled_at = ?, updated_at = now() where id = ? and status = 'scheduled'`,
    [at, id],
  );
}

/**
 * Ends a class that was left running: when its time was over, or when the last sign of life came later than that.
 * Everything in it stays.
 */
export async function endClass(em: EntityManager, id: string, now: Date): Promise<void> {
  const [ended] = await em.execute<{ ended_at: Date | string }[]>(
    `update live_sessions s set status = 'ended', floor_user_id = null, unled_since = null, guarded_at = null, join_code = null, updated_at = now(), ended_at = least(?, greatest(
       s.started_at + make_interval(mins => s.duration_minutes),
       (select max(i.last_seen_at) from live_attendance_intervals i where i.session_id = s.id),
       (select max(m.created_at) from live_chat_messages m where m.session_id = s.id)))
     where s.id = ? returning s.ended_at`,
    [now, id],
  );
  if (!ended) return;
  const endedAt = new Date(ended.ended_at);
  await em.execute(
    `with closed as (
       update live_attendance_intervals set left_at = greatest(joined_at, last_seen_at), leave_reason = 'session_ended'
       where session_id = ? and left_at is null returning participant_id, joined_at, left_at)
     update live_session_participants p set left_at = c.left_at, updated_at = now(),
       total_seconds = p.total_seconds + round(extract(epoch from c.left_at - c.joined_at))::int
     from closed c where p.id = c.participant_id`,
    [id],
  );
  await em.execute(
    `update live_hand_raises set lowered_at = ?, resolution = 'session_ended' where session_id = ? and lowered_at is null`,
    [endedAt, id],
  );
  await em.execute(
    `insert into live_session_events (session_id, event_type, payload) values (?, 'session.ended', '{"demo": true}')`,
    [id],
  );
}
