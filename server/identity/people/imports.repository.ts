import type { EntityManager } from '@mikro-orm/postgresql';
import type {
  ImportProblem,
  ImportRowStatus,
  ImportRowsQuery,
  ImportStatus,
} from '../../../shared/identity/people-imports.ts';
import type { ImportData, ImportRow } from './import-list.ts';

type Instant = Date | string;

/** An import as it is stored. */
export interface StoredImport {
  id: string;
  organization_id: string;
  created_by: string | null;
  created_by_name: string | null;
  file_name: string;
  status: ImportStatus;
  send_invitations: boolean;
  total_rows: number;
  valid_rows: number;
  created_rows: number;
  failed_rows: number;
  created_at: Instant;
  finished_at: Instant | null;
}

/** One row of it. */
export interface StoredRow {
  row_number: number;
  status: ImportRowStatus;
  raw: ImportRow['raw'];
  data: ImportData;
  problems: ImportProblem[];
  user_id: string | null;
}

const importColumns = `i.id, i.organization_id, i.created_by, u.display_name as created_by_name, i.file_name, i.status, i.send_invitations,
  i.total_rows, i.valid_rows, i.created_rows, i.failed_rows, i.created_at, i.finished_at`;
const imports = `user_imports i left join users u on u.id = i.created_by`;

/** What a list names that somebody has already. One answer for all tenants: an address belongs to one account. */
export async function takenValues(
  em: EntityManager,
  values: { emails: readonly string[]; phones: readonly string[]; usernames: readonly string[] },
): Promise<{ emails: Set<string>; phones: Set<string>; usernames: Set<string> }> {
  const among = async (column: 'email' | 'phone' | 'username', wanted: readonly string[]) => {
    const rows = await em.execute<{ value: string }[]>(
      `select ${column} as value from users where deleted_at is null and ${column} in (select jsonb_array_elements_text(?::jsonb))`,
      [JSON.stringify(wanted)],
    );
    return new Set(rows.map(({ value }) => value));
  };
  return {
    emails: await among('email', values.emails),
    phones: await among('phone', values.phones),
    usernames: await among('username', values.usernames),
  };
}

export interface NewImport {
  id: string;
  organizationId: string;
  createdBy: string;
  fileName: string;
  sendInvitations: boolean;
  rows: readonly ImportRow[];
}

/** Stores an import with all its rows, to be begun. */
export async function insertImport(em: EntityManager, made: NewImport, now: Date): Promise<void> {
  const valid = made.rows.filter(({ problems }) => problems.length === 0);
  await em.execute(
    `insert into user_imports (id, organization_id, created_by, file_name, send_invitations, total_rows, valid_rows, worked_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      made.id,
      made.organizationId,
      made.createdBy,
      made.fileName,
      made.sendInvitations,
      made.rows.length,
      valid.length,
      now,
      now,
      now,
    ],
  );
  const rows = made.rows.map(({ row, raw, data, problems }) => ({
    row_number: row,
    status: problems.length === 0 ? 'pending' : 'invalid',
    raw,
    data,
    problems,
  }));
  await em.execute(
    `insert into user_import_rows (import_id, row_number, status, raw, data, problems)
     select ?::uuid, g.row_number, g.status, g.raw, g.data, g.problems
     from jsonb_to_recordset(?::jsonb) as g(row_number integer, status text, raw jsonb, data jsonb, problems jsonb)`,
    [made.id, JSON.stringify(rows)],
  );
}

/** The imports of an organization, the latest first; one more than asked for when there are more. */
export async function listImports(
  em: EntityManager,
  organizationId: string,
  page: { cursor?: string; limit: number },
): Promise<StoredImport[]> {
  return em.execute(
    `select ${importColumns} from ${imports} where i.organization_id = ? and (?::uuid is null or i.id < ?::uuid)
     order by i.id desc limit ?`,
    [organizationId, page.cursor ?? null, page.cursor ?? null, page.limit + 1],
  );
}

export async function findImport(
  em: EntityManager,
  organizationId: string | null,
  importId: string,
  lock: '' | 'for update of i' = '',
): Promise<StoredImport | null> {
  const [row] = await em.execute<StoredImport[]>(
    `select ${importColumns} from ${imports} where i.id = ? and i.organization_id = coalesce(?::uuid, i.organization_id) ${lock}`,
    [importId, organizationId],
  );
  return row ?? null;
}

const rowColumns = 'row_number, status, raw, data, problems, user_id';

/** Rows of an import in their order; one more than asked for when there are more. */
export async function listRows(
  em: EntityManager,
  importId: string,
  { status, cursor, limit }: ImportRowsQuery,
): Promise<StoredRow[]> {
  return em.execute(
    `select ${rowColumns} from user_import_rows where import_id = ? and row_number > ? and status = coalesce(?, status)
     order by row_number limit ?`,
    [importId, cursor ?? 0, status ?? null, limit + 1],
  );
}

export async function allRows(em: EntityManager, importId: string): Promise<StoredRow[]> {
  return em.execute(`select ${rowColumns} from user_import_rows where import_id = ? order by row_number`, [
    importId,
  ]);
}

/** The next rows whose turn it is. */
export async function pendingRowNumbers(
  em: EntityManager,
  importId: string,
  limit: number,
): Promise<number[]> {
  const rows = await em.execute<{ row_number: number }[]>(
    `select row_number from user_import_rows where import_id = ? and status = 'pending' order by row_number limit ?`,
    [importId, limit],
  );
  return rows.map(({ row_number: number }) => number);
}

/**
 * Takes a row to work on until the commit; null when it is done, or the import runs no longer. The import is locked first, as
 * whoever cancels it does.
 */
export async function takeRow(em: EntityManager, importId: string, row: number): Promise<StoredRow | null> {
  const running = await em.execute<object[]>(
    `select 1 from user_imports where id = ? and status = 'running' for no key update`,
    [importId],
  );
  if (running.length === 0) return null;
  const [found] = await em.execute<StoredRow[]>(
    `select ${rowColumns} from user_import_rows where import_id = ? and row_number = ? and status = 'pending' for update`,
    [importId, row],
  );
  return found ?? null;
}

/** Notes what became of a row that was taken, and counts it. */
export async function settleRow(
  em: EntityManager,
  importId: string,
  row: number,
  outcome: { userId: string } | { problem: ImportProblem },
  now: Date,
): Promise<void> {
  const made = 'userId' in outcome;
  await em.execute(
    `update user_import_rows set status = ?, user_id = ?, problems = ?::jsonb where import_id = ? and row_number = ?`,
    [
      made ? 'created' : 'failed',
      made ? outcome.userId : null,
      JSON.stringify(made ? [] : [outcome.problem]),
      importId,
      row,
    ],
  );
  const counted = made ? 'created_rows' : 'failed_rows';
  await em.execute(`update user_imports set ${counted} = ${counted} + 1, updated_at = ? where id = ?`, [
    now,
    importId,
  ]);
}

/** Sets where an import stands; what it has not come to is cancelled with it. */
export async function setStatus(
  em: EntityManager,
  importId: string,
  status: ImportStatus,
  now: Date,
): Promise<void> {
  const ended = status === 'completed' || status === 'cancelled' || status === 'failed';
  await em.execute(
    'update user_imports set status = ?, worked_at = ?, finished_at = ?, updated_at = ? where id = ?',
    [status, now, ended ? now : null, now, importId],
  );
  if (ended)
    await em.execute(
      `update user_import_rows set status = 'cancelled' where import_id = ? and status = 'pending'`,
      [importId],
    );
}

/** Imports that nobody has worked on since. */
export async function abandonedImports(em: EntityManager, since: Date, now: Date): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `update user_imports set worked_at = ? where finished_at is null and worked_at < ? returning id`,
    [now, since],
  );
  return rows.map(({ id }) => id);
}

/** Forgets imports that ended before; the people stay. */
export async function forgetImports(em: EntityManager, before: Date): Promise<void> {
  await em.execute('delete from user_imports where finished_at < ?', [before]);
}
