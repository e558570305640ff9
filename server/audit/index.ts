import type { Actor, UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Refusal } from '../kernel/refusal.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { bindRoutes } from './audit.routes.ts';
import { AuditService } from './audit.service.ts';
import { createChainKey } from './chain.ts';
import { createCheckpoints } from './checkpoints.ts';
import type { AuditEntry } from './entry.ts';
import { createRefusals } from './refusals.ts';
import { createWriter } from './writer.ts';

export type { AuditEntry } from './entry.ts';

/** The audit trail: only ever added to, and chained, so that an edit or a cut is found (ADR 0011). */
export interface Audit {
  routes: BoundRoute[];
  /**
   * Writes the entry with the caller's change: as the last statements before its commit, because the chain's head is locked
   * for it. Address, browser and request come from the request's context.
   */
  record(tx: Transaction, entry: AuditEntry): void;
  /**
   * Takes out of the trail what tells of a person: the values of what was done to them, the addresses they acted from, and
   * values that mention one of the texts (their e-mail address, their phone number) or belong to a resource of theirs.
   * A name takes the values of those entries only that are about no other account, since names are shared. That something was done stays, and the
   * chain stays valid.
   * @returns how many entries lost their values, and how many their address
   */
  eraseDetailsOf(
    tx: Transaction,
    userId: string,
    mentioning?: readonly string[],
    more?: { names?: readonly string[]; resourceIds?: readonly string[] },
  ): Promise<{ details: number; origins: number }>;
  /** For the edge: somebody asked for what they have no right to. In a transaction of its own, and not without limit. */
  refused(actor: UserActor, refusal: Refusal): Promise<void>;
  /** For a job and for the end: signs how far the chain has come. */
  checkpoint(): Promise<void>;
  /** For a job: drops what is older than seven years. */
  retain(): Promise<void>;
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
  /** The organization that a thing belongs to; null where the person is nobody to it, or it does not exist. */
  placeOf(actor: UserActor, subject: { type: string; id: string }): Promise<string | null>;
  /** Told of every critical entry, in its transaction. */
  alert?(tx: Transaction, entry: AuditEntry): Promise<void>;
}

/** For `openDatabase`. */
export const auditEntities = [];

export function createAudit(deps: AuditDeps): Audit {
  const key = createChainKey(deps.key);
  const writer = createWriter({ ...deps, key });
  const service = new AuditService(deps, key, writer);
  const checkpoints = createCheckpoints(deps, key);
  return {
    routes: bindRoutes(service),
    record: (tx, entry) => writer.record(tx, entry),
    eraseDetailsOf: (tx, userId, mentioning, more) => service.eraseDetailsOf(tx, userId, mentioning, more),
    refused: createRefusals(deps, (tx, entry) => writer.record(tx, entry)),
    checkpoint: () => checkpoints.take(),
    retain: () => checkpoints.retain(),
  };
}
