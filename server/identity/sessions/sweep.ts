import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/db/database.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { SessionService } from './sessions.service.ts';

const batch = 200;

/** Ends sign-ins whose time is over and deletes what has expired. Several nodes may do it at once. */
export async function sweepExpired(deps: {
  db: Database;
  clock: Clock;
  log: Logger;
  sessions: SessionService;
}): Promise<void> {
  let ended = 0;
  let last: number;
  do {
    last = await endSessions(deps);
    ended += last;
  } while (last === batch);
  await deleteExpired(deps);
  if (ended > 0) deps.log.info({ ended }, 'sign-ins have expired');
}

async function endSessions({ db, clock, sessions }: Parameters<typeof sweepExpired>[0]): Promise<number> {
  return db.transaction(async (tx) => {
    const due = await tx.em.execute<{ id: string }[]>(
      `select id from auth_sessions where revoked_at is null and expires_at <= ?
       order by expires_at limit ? for update skip locked`,
      [clock.now(), batch],
    );
    for (const { id } of due) await sessions.revoke(tx, id, 'expired', null);
    return due.length;
  });
}

async function deleteExpired({ db, clock }: Parameters<typeof sweepExpired>[0]): Promise<void> {
  const now = clock.now();
  await db.em().execute('delete from refresh_tokens where expires_at <= ?', [now]);
  await db.em().execute('delete from idempotency_keys where expires_at <= ?', [now]);
}
