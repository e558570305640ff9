import { validate as isUuid } from 'uuid';
import type { UserActor } from '../kernel/actor.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { createRateLimiter } from '../kernel/http/rate-limit.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Refusal } from '../kernel/refusal.ts';
import type { AuditEntry } from './entry.ts';

/** What one person is refused beyond this is the same story again, and everybody's entries wait for the chain. */
const noted = { points: 30, seconds: 60 };

/**
 * Writes down that somebody asked for what they have no right to: where the thing belongs, if the person is somebody there;
 * otherwise at their own organization and without the thing, so that nobody writes into another tenant's trail or reads a name
 * from it.
 */
export function createRefusals(
  deps: {
    db: Database;
    log: Logger;
    /** The organization that a thing belongs to; null where the person is nobody to it, or it does not exist. */
    placeOf(actor: UserActor, subject: { type: string; id: string }): Promise<string | null>;
  },
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
      const place = subject && isUuid(subject.id) ? await deps.placeOf(actor, subject) : null;
      await deps.db.transaction(async (tx) =>
        record(tx, {
          actor,
          action: 'permission.refused',
          category: 'authorization',
          organizationId: place ?? actor.apiKey?.organizationId ?? actor.organizationId,
          ...(subject && place !== null ? { resourceType: subject.type, resourceId: subject.id } : {}),
          metadata: { permission, operation, code },
        }),
      );
    } catch (error) {
      // The refusal stands, whether or not it could be written down.
      deps.log.error({ err: error }, 'a refusal could not be audited');
    }
  };
}
