import type { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';

/** Something that was done. Values hold no secrets, and of a change only the fields that changed. */
export interface AuditEntry {
  /** Null: nobody was signed in (a failed sign-in). */
  actor: Actor | null;
  /** `<resource>.<what happened>`, such as `user.suspended`, `session.opened`, `role.assigned`. */
  action: string;
  category: 'authentication' | 'authorization' | 'data_change' | 'system' | 'security';
  severity?: 'low' | 'medium' | 'high' | 'critical';
  organizationId?: string | null;
  resourceType?: string;
  resourceId?: string;
  description?: string;
  old?: Record<string, unknown>;
  new?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
}

/** The audit trail: only ever added to, and chained, so that an edit or a cut is found. */
export interface Audit {
  routes: BoundRoute[];
  /**
   * Writes the entry with the caller's change: as the last statements before its commit, because the chain's head is locked
   * for it. Address, browser and request come from the request's context.
   */
  record(tx: Transaction, entry: AuditEntry): void;
}

export interface AuditDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** Signs the chain. */
  key: string;
  dataDir: string;
  /** @throws AppError not_found, forbidden */
  authorize(actor: Actor, permission: 'audit.read', organizationId: string | null): Promise<void>;
}

/** For `openDatabase`. */
export const auditEntities = [];

export function createAudit(_deps: AuditDeps): Audit {
  return { routes: [], record: () => undefined };
}
