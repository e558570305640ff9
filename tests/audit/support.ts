import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createAudit } from '../../server/audit/index.ts';
import type { Audit, AuditEntry } from '../../server/audit/index.ts';
import { checkpointFile } from '../../server/audit/checkpoints.ts';
import { verifyTrail } from '../../server/audit/verify.ts';
import type { Verification } from '../../server/audit/verify.ts';
import { system } from '../../server/kernel/actor.ts';
import type { UserActor } from '../../server/kernel/actor.ts';
import { openDatabase } from '../../server/kernel/db/database.ts';
import type { Database } from '../../server/kernel/db/database.ts';
import { randomIds } from '../../server/kernel/ids.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createTestDatabase } from '../support/db.ts';

export const auditKey = 'the audit key of a test, long enough to be one';

export const actorOf = (userId: string, organizationId: string | null = null): UserActor => ({
  kind: 'user',
  userId,
  authSessionId: '0190c0de-0000-7000-8000-000000000001',
  role: 'admin',
  displayName: 'Somebody',
  organizationId,
});

/** An audit trail on a database of its own, and what a person with the database's password could do to it. */
export interface Trail {
  url: string;
  dataDir: string;
  db: Database;
  clock: { now(): Date; advance(milliseconds: number): void };
  audit: Audit;
  /** One entry in a transaction of its own. */
  record(entry?: Partial<AuditEntry>): Promise<void>;
  /** Runs SQL. */
  sql<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
  /** Runs SQL with all triggers off: what an owner of the database can do. */
  tamper(...statements: string[]): Promise<void>;
  verify(options?: {
    file?: string | null;
    key?: string;
    acceptChains?: readonly string[];
  }): Promise<Verification>;
  /** Begins anew, with a chain of which nobody knows: quicker than another database. What was changed of the schema stays. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function openTrail(): Promise<Trail> {
  const database = await createTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'lectern-audit-'));
  const log = createLogger(process.env['TEST_LOG'] ?? 'fatal');
  const db = await openDatabase({ url: database.url, entities: [], log });
  let offset = 0;
  const clock = {
    now: () => new Date(Date.now() + offset),
    advance: (milliseconds: number) => {
      offset += milliseconds;
    },
  };
  const audit = createAudit({
    db,
    clock,
    ids: randomIds,
    log,
    key: auditKey,
    dataDir,
    authorize: async () => undefined,
    placeOf: async () => null,
  });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const sql = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> =>
    (await client.query<T & pg.QueryResultRow>(text, values)).rows;
  const tamper = async (...statements: string[]): Promise<void> => {
    await sql('set session_replication_role = replica');
    for (const statement of statements) await sql(statement);
    await sql('set session_replication_role = origin');
  };
  return {
    url: database.url,
    dataDir,
    db,
    clock,
    audit,
    record: (entry = {}) =>
      db.transaction(async (tx) =>
        audit.record(tx, { actor: system, action: 'thing.done', category: 'system', ...entry }),
      ),
    sql,
    tamper,
    verify: ({ file = read(checkpointFile(dataDir)), key = auditKey, acceptChains } = {}) =>
      verifyTrail({ query: sql, key, file, acceptChains }),
    async reset() {
      await tamper(
        'truncate audit_logs, audit_log_details, audit_checkpoints',
        'delete from audit_heads',
        'insert into audit_heads default values',
      );
      rmSync(checkpointFile(dataDir), { force: true });
      offset = 0;
    },
    async close() {
      await client.end();
      await db.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
