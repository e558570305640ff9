import type { EntityManager } from '@mikro-orm/postgresql';
import { importColumns, importLimits } from '../../../shared/identity/people-imports.ts';
import type {
  ImportInput,
  ImportPreviewView,
  ImportRowView,
  ImportRowsQuery,
  ImportView,
} from '../../../shared/identity/people-imports.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { writeCsv } from '../../kernel/csv.ts';
import { AppError } from '../../kernel/errors.ts';
import { giverIn } from '../access/giver.ts';
import type { Giver } from '../access/giver.ts';
import type { AreaDeps } from '../deps.ts';
import { readList } from './import-list.ts';
import type { ImportList, ImportRow, ListRefusal } from './import-list.ts';
import { importQueue } from './import-worker.ts';
import { presentImport, presentPreviewRow, presentRow } from './imports.presenter.ts';
import {
  allRows,
  findImport,
  insertImport,
  listImports,
  listRows,
  setStatus,
  takenValues,
} from './imports.repository.ts';
import type { StoredImport, StoredRow } from './imports.repository.ts';

/** People from lists. */
export class ImportService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** Changes nothing. @throws AppError invalid_input, too_many_rows */
  async preview(actor: UserActor, organizationId: string, text: string): Promise<ImportPreviewView> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, organizationId);
    const { rows, columns, ignoredColumns } = await this.#judge(em, actor, organizationId, text);
    const wrong = rows.filter(({ problems }) => problems.length > 0);
    const right = rows.filter(({ problems }) => problems.length === 0);
    const shown = [...wrong, ...right].slice(0, importLimits.previewRows);
    return {
      total: rows.length,
      valid: right.length,
      invalid: wrong.length,
      columns,
      ignoredColumns,
      rows: shown.toSorted((a, b) => a.row - b.row).map(presentPreviewRow),
      truncated: shown.length < rows.length,
      canInvite: this.#deps.mailer.canMail,
    };
  }

  /** @throws AppError invalid_input also when no row is valid, too_many_rows, mail_unavailable */
  async start(actor: UserActor, organizationId: string, input: ImportInput): Promise<ImportView> {
    const { db, ids, clock, jobs, audit, mailer } = this.#deps;
    return db.transaction(async (tx) => {
      await this.#require(tx.em, actor, organizationId);
      const { rows } = await this.#judge(tx.em, actor, organizationId, input.text);
      if (!rows.some(({ problems }) => problems.length === 0)) throw refusedList('no_valid_row');
      if (input.sendInvitations && !mailer.canMail) throw new AppError('mail_unavailable');
      const id = ids.uuid();
      const { fileName, sendInvitations } = input;
      const made = { id, organizationId, createdBy: actor.userId, fileName, sendInvitations, rows };
      await insertImport(tx.em, made, clock.now());
      await jobs.send(tx, importQueue, { importId: id });
      const stored = (await findImport(tx.em, organizationId, id)) as StoredImport;
      audit.record(tx, {
        actor,
        action: 'user_import.started',
        category: 'data_change',
        organizationId,
        resourceType: 'user_import',
        resourceId: id,
        new: { rows: stored.total_rows, valid: stored.valid_rows, sendInvitations },
      });
      return presentImport(stored);
    });
  }

  async list(
    actor: UserActor,
    organizationId: string,
    page: { cursor?: string; limit: number },
  ): Promise<{ items: ImportView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, organizationId);
    const rows = await listImports(em, organizationId, page);
    const items = rows.slice(0, page.limit);
    return {
      items: items.map(presentImport),
      nextCursor: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null,
    };
  }

  async get(actor: UserActor, organizationId: string, importId: string): Promise<ImportView> {
    const em = this.#deps.db.em();
    return presentImport(await this.#load(em, actor, organizationId, importId));
  }

  async rows(
    actor: UserActor,
    organizationId: string,
    importId: string,
    query: ImportRowsQuery,
  ): Promise<{ items: ImportRowView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#load(em, actor, organizationId, importId);
    const rows = await listRows(em, importId, query);
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    return {
      items: items.map(presentRow),
      nextCursor: last && rows.length > query.limit ? String(last.row_number) : null,
    };
  }

  /** @throws AppError conflict when it has ended */
  async cancel(actor: UserActor, organizationId: string, importId: string): Promise<ImportView> {
    const { db, clock, audit } = this.#deps;
    return db.transaction(async (tx) => {
      await this.#require(tx.em, actor, organizationId);
      const found = await findImport(tx.em, organizationId, importId, 'for update of i');
      if (!found) throw new AppError('not_found');
      if (found.finished_at !== null) throw new AppError('conflict');
      await setStatus(tx.em, importId, 'cancelled', clock.now());
      audit.record(tx, {
        actor,
        action: 'user_import.cancelled',
        category: 'data_change',
        organizationId,
        resourceType: 'user_import',
        resourceId: importId,
        new: { created: found.created_rows },
      });
      return presentImport((await findImport(tx.em, organizationId, importId)) as StoredImport);
    });
  }

  async result(
    actor: UserActor,
    organizationId: string,
    importId: string,
    only: 'all' | 'problems',
  ): Promise<{ fileName: string; csv: string }> {
    const em = this.#deps.db.em();
    const { file_name: name } = await this.#load(em, actor, organizationId, importId);
    const rows = await allRows(em, importId);
    const wanted = only === 'all' ? rows : rows.filter(({ status }) => status !== 'created');
    return {
      fileName: `${name.replace(/\.csv$/i, '')}-${only === 'all' ? 'result' : 'problems'}.csv`,
      csv: writeCsv([[...importColumns, 'row', 'status', 'problems'], ...wanted.map(resultLine)]),
    };
  }

  /** Understands a list, and holds it against the accounts there are and the caller's level. */
  async #judge(
    em: EntityManager,
    actor: UserActor,
    organizationId: string,
    text: string,
  ): Promise<ImportList> {
    const list = readList(text);
    if ('refusal' in list) throw refusedList(list.refusal);
    const { access } = this.#deps;
    const giver = await giverIn(access, em, actor, organizationId);
    const all = (name: 'email' | 'phone' | 'username'): string[] =>
      list.rows.flatMap(({ data }) => data[name] ?? []);
    const taken = await takenValues(em, {
      emails: all('email'),
      phones: all('phone'),
      usernames: all('username'),
    });
    for (const row of list.rows) judgeRow(row, taken, giver);
    return list;
  }

  async #load(
    em: EntityManager,
    actor: UserActor,
    organizationId: string,
    importId: string,
  ): Promise<StoredImport> {
    await this.#require(em, actor, organizationId);
    const found = await findImport(em, organizationId, importId);
    if (!found) throw new AppError('not_found');
    return found;
  }

  #require(em: EntityManager, actor: UserActor, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, 'user.create', { type: 'organization', id });
  }
}

function judgeRow(
  { data, problems }: ImportRow,
  taken: Awaited<ReturnType<typeof takenValues>>,
  giver: Giver,
): void {
  if (data.email && taken.emails.has(data.email)) problems.push({ column: 'email', code: 'exists' });
  if (data.phone && taken.phones.has(data.phone)) problems.push({ column: 'phone', code: 'exists' });
  if (data.username && taken.usernames.has(data.username))
    problems.push({ column: 'username', code: 'exists' });
  if (data.role && !giver.mayGiveNamed(data.role)) problems.push({ column: 'role', code: 'role_level' });
}

const sentences: Record<ListRefusal | 'no_valid_row', string> = {
  empty: 'There is no row below a header.',
  no_name_column: 'There is no column with names: name, or first_name and last_name.',
  no_contact_column: 'There is no column with e-mail addresses or phone numbers.',
  column_twice: 'Two columns mean the same.',
  too_many_rows: `A list can hold ${importLimits.rows} rows.`,
  no_valid_row: 'No row can be added.',
};

function refusedList(code: ListRefusal | 'no_valid_row'): AppError {
  const message = sentences[code];
  if (code === 'too_many_rows') return new AppError('too_many_rows', undefined, { detail: message });
  return new AppError('invalid_input', { errors: [{ path: 'text', code, message }] });
}

function resultLine({ raw, row_number: number, status, problems }: StoredRow): string[] {
  const said = problems.map(({ column, code, sameAsRow }) =>
    [column, code, sameAsRow === undefined ? '' : `row ${sameAsRow}`].filter(Boolean).join(' '),
  );
  return [...importColumns.map((column) => raw[column] ?? ''), String(number), status, said.join('; ')];
}
