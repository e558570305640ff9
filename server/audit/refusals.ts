import type { UserActor } from '../kernel/actor.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { Refusal } from '../kernel/http/route.ts';
import { createRateLimiter } from '../kernel/http/rate-limit.ts';
import type { Logger } from '../kernel/logger.ts';
import type { AuditEntry } from './entry.ts';

/** What one person is refused beyond this is the same story again, and everybody's entries wait for the chain. */
const noted = { points: 30, seconds: 60 };

/** Writes down that somebody asked for what they have no right to. */
export function createRefusals(
  deps: { db: Database; log: Logger },
  record: (tx: Transaction, entry: AuditEntry) => void,
): (actor: UserActor, refusal: Refusal) => Promise<void> {
  const limiter = createRateLimiter(noted);
  return async (actor, { operation, code, permission, subject }) => {
    const admitted = await limiter.take(actor.userId).then(
      () => true,
      () => false,
    );
    if (!admitted) return;
    try {
      await deps.db.transaction(async (tx) =>
        record(tx, {
          actor,
          action: 'permission.refused',
          category: 'authorization',
          ...(subject?.type === 'organization' ? { organizationId: subject.id } : {}),
          ...(subject ? { resourceType: subject.type, resourceId: subject.id } : {}),
          metadata: { permission, operation, code },
        }),
      );
    } catch (error) {
      // The refusal stands, whether or not it could be written down.
      deps.log.error({ err: error }, 'a refusal could not be audited');
    }
  };
}
