import type { AttendanceView } from '../../shared/live/attendance.ts';
import { iso } from '../../shared/kernel/time.ts';
import type { UserActor } from '../kernel/actor.ts';
import { attendanceIn } from './attendance.repository.ts';
import type { AttendancePage } from './attendance.repository.ts';
import type { LiveDeps } from './deps.ts';
import type { Page } from './sessions.service.ts';

/** Who was in which class, for those who may follow a learner. */
export interface AttendanceService {
  /** One page of the classes of a learner's courses. @throws AppError not_found, forbidden */
  ofLearner(
    actor: UserActor,
    userId: string,
    page: AttendancePage & { courseId?: string },
  ): Promise<Page<AttendanceView>>;
}

export const createAttendanceService = (deps: Pick<LiveDeps, 'db' | 'courses'>): AttendanceService => ({
  async ofLearner(actor, userId, page) {
    const em = deps.db.em();
    const followed = await deps.courses.followedCourseIds(em, actor, userId);
    const courseIds = followed.filter((id) => page.courseId === undefined || id === page.courseId);
    const rows = await attendanceIn(em, userId, courseIds, { ...page, limit: page.limit + 1 });
    const shown = rows.slice(0, page.limit);
    const titles = await deps.courses.titles(em, courseIds);
    return {
      items: shown.map((row) => ({
        sessionId: row.id,
        title: row.title,
        courseId: row.course_id,
        courseTitle: titles.get(row.course_id) ?? '',
        status: row.status,
        scheduledAt: iso(new Date(row.scheduled_at)),
        durationMinutes: row.duration_minutes,
        joined: row.joined,
        minutes: Math.floor(row.seconds / 60),
      })),
      nextCursor: rows.length > page.limit ? (shown.at(-1)?.id ?? null) : null,
    };
  },
});
