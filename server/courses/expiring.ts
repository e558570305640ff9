import type { Database } from '../kernel/db/database.ts';
import type { DeadlineSource } from '../kernel/deadlines.ts';

/** Enrolments that give access for a time. */
export function expiringEnrollments(db: Database): DeadlineSource {
  return {
    async next(after) {
      const [row] = await db
        .em()
        .execute<{ at: Date | null }[]>(
          `select min(expires_at) as at from enrollments where status in ('enrolled', 'in_progress', 'completed') and expires_at > ?`,
          [after],
        );
      return row?.at ? new Date(row.at) : null;
    },
    async endedIn(from, until) {
      const rows = await db
        .em()
        .execute<{ user_id: string }[]>(
          `select distinct user_id from enrollments where status in ('enrolled', 'in_progress', 'completed') and expires_at > ? and expires_at <= ?`,
          [from, until],
        );
      return rows.map((row) => row.user_id);
    },
  };
}
