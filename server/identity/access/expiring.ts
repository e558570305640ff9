import type { Database } from '../../kernel/db/database.ts';
import type { DeadlineSource } from '../../kernel/deadlines.ts';

/** Roles and exceptions that were given for a time. */
export function expiringRights(db: Database): DeadlineSource {
  return {
    async next(after) {
      const [row] = await db.em().execute<{ at: Date | null }[]>(
        `select least(
           (select min(expires_at) from user_roles where revoked_at is null and expires_at > ?),
           (select min(expires_at) from user_permissions where revoked_at is null and expires_at > ?)) as at`,
        [after, after],
      );
      return row?.at ? new Date(row.at) : null;
    },
    async endedIn(from, until) {
      const rows = await db.em().execute<{ user_id: string }[]>(
        `select user_id from user_roles where revoked_at is null and expires_at > ? and expires_at <= ?
         union select user_id from user_permissions where revoked_at is null and expires_at > ? and expires_at <= ?`,
        [from, until, from, until],
      );
      return rows.map((row) => row.user_id);
    },
  };
}
