import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 } from 'uuid';
import { arrayOf } from '../kernel/db/array.ts';
import type { Topic } from './catalogue.ts';
import type { CourseRow } from './classes.ts';

interface PastClass {
  sessionId: string;
  course: CourseRow;
  topic: Topic;
  startedAt: Date;
  minutes: number;
}

/** Writes who was in a past class and what they said. */
export async function writePast(em: EntityManager, past: PastClass): Promise<void> {
  const attendees = await writeAttendance(em, past);
  // The first day of a month looks back into the last one, which may have no partition yet.
  await em.execute(`select lectern_ensure_partitions('live_chat_messages', 1, 3)`);
  for (const [index, [minute, who, content]] of past.topic.chat.entries()) {
    const at = new Date(past.startedAt.getTime() + minute * 60_000 + index * 1700);
    const sender = who === 0 ? past.course.instructorId : attendees[(who * 3) % attendees.length];
    await em.execute(
      'insert into live_chat_messages (id, session_id, sender_id, content, created_at) values (?, ?, ?, ?, ?)',
      [v7({ msecs: at.getTime() }), past.sessionId, sender ?? null, content, at],
    );
  }
}

/** Nearly everybody was there, from begin to end. @returns the learners among them */
async function writeAttendance(em: EntityManager, past: PastClass): Promise<string[]> {
  const { sessionId, course, startedAt, minutes } = past;
  const endedAt = new Date(startedAt.getTime() + minutes * 60_000);
  const learners = await em.execute<{ user_id: string }[]>(
    `select user_id from enrollments where course_id = ? and status = 'enrolled' and deleted_at is null order by id`,
    [course.id],
  );
  const skip = startedAt.getUTCDate() % 7;
  const attendees = learners.map((row) => row.user_id).filter((_, index) => index % 7 !== skip);
  await em.execute(
    `insert into live_session_participants (session_id, user_id, role, admission, admitted_at, joined_at, left_at, total_seconds, attendance)
     select ?, person, case when person = ? then 'host' else 'attendee' end, 'admitted', ?, ?, ?, ?, 'present'
     from unnest(?::uuid[]) as person`,
    [
      sessionId,
      course.instructorId,
      startedAt,
      startedAt,
      endedAt,
      minutes * 60,
      arrayOf([course.instructorId, ...attendees]),
    ],
  );
  await em.execute(
    `insert into live_attendance_intervals (session_id, participant_id, joined_at, left_at, last_seen_at, leave_reason)
     select session_id, id, joined_at, left_at, left_at, 'session_ended' from live_session_participants where session_id = ?`,
    [sessionId],
  );
  await em.execute('update live_sessions set peak_participants = ? where id = ?', [
    attendees.length + 1,
    sessionId,
  ]);
  return attendees;
}
