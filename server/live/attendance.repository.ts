import type { EntityManager } from '@mikro-orm/postgresql';
import type { SessionStatus } from '../../shared/live/contract.ts';
import { arrayOf } from '../kernel/db/array.ts';

/** A class with one person's attendance. */
export interface AttendanceRow {
  id: string;
  title: string;
  course_id: string;
  status: SessionStatus;
  scheduled_at: Date | string;
  duration_minutes: number;
  joined: boolean;
  seconds: number;
}

export interface AttendancePage {
  from?: string;
  to?: string;
  cursor?: string;
  limit: number;
}

/** Classes of some courses, latest first, each with the time that the person was in it; who is in it now counts until last seen. */
export function attendanceIn(
  em: EntityManager,
  userId: string,
  courseIds: readonly string[],
  page: AttendancePage,
): Promise<AttendanceRow[]> {
  const { from = null, to = null, cursor = null, limit } = page;
  return em.execute<AttendanceRow[]>(
    `select s.id, s.title, s.course_id, s.status, s.scheduled_at, s.duration_minutes,
       coalesce(a.joined, false) as joined, coalesce(a.seconds, 0)::int as seconds
     from live_sessions s
     left join lateral (
       select true as joined, sum(extract(epoch from coalesce(i.left_at, i.last_seen_at) - i.joined_at)) as seconds
       from live_session_participants p join live_attendance_intervals i on i.participant_id = p.id
       where p.session_id = s.id and p.user_id = ? having count(*) > 0
     ) a on true
     where s.course_id = any(?::uuid[]) and s.deleted_at is null
       and (?::timestamptz is null or s.scheduled_at >= ?) and (?::timestamptz is null or s.scheduled_at < ?)
       and (?::uuid is null or (s.scheduled_at, s.id) < (select x.scheduled_at, x.id from live_sessions x where x.id = ?))
     order by s.scheduled_at desc, s.id desc limit ?`,
    [userId, arrayOf(courseIds), from, from, to, to, cursor, cursor, limit],
  );
}
