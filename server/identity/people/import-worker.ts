import type { Permission } from '../../../shared/identity/permissions.ts';
import type { ImportProblem } from '../../../shared/identity/people-imports.ts';
import { importColumns, importLimits } from '../../../shared/identity/people-imports.ts';
import { system } from '../../kernel/actor.ts';
import { sqlState } from '../../kernel/db/database.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError, toAppError } from '../../kernel/errors.ts';
import { giverIn } from '../access/giver.ts';
import type { Giver } from '../access/giver.ts';
import { createAccount } from '../accounts/create-account.ts';
import type { AreaDeps } from '../deps.ts';
import { invite } from './invite.ts';
import {
  abandonedImports,
  findImport,
  forgetImports,
  pendingRowNumbers,
  setStatus,
  settleRow,
  takeRow,
} from './imports.repository.ts';
import type { StoredImport, StoredRow } from './imports.repository.ts';
import { setAccount, setProfile, takenField } from './people.repository.ts';

/** The queue whose pieces of work are imports: { importId }. */
export const importQueue = 'people.import';

const batchRows = 25;
/** A batch takes a second or two; who has not begun one for so long works no more. */
const abandonedMs = 60_000;
const right: Permission = 'user.create';

/** Adds the people of an import, batch by batch. */
export class ImportWorker {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** Works until the import has ended. May be asked for twice, and again after a crash: each row is settled once. */
  async run(importId: string): Promise<void> {
    while (await this.#batch(importId)) {
      // On to the next one.
    }
  }

  /** Takes up again what a stopped or killed server left, and forgets what is over for long. */
  async sweep(): Promise<void> {
    const { db, clock, jobs } = this.#deps;
    const now = clock.now();
    await db.transaction(async (tx) => {
      const left = await abandonedImports(tx.em, new Date(now.getTime() - abandonedMs), now);
      for (const importId of left) await jobs.send(tx, importQueue, { importId });
      await forgetImports(tx.em, new Date(now.getTime() - importLimits.keptDays * 86_400_000));
    });
  }

  /** @returns whether there may be more to do */
  async #batch(importId: string): Promise<boolean> {
    const begun = await this.#deps.db.transaction(async (tx) => this.#begin(tx, importId));
    if (begun === null) return false;
    for (const row of begun.rows) await this.#row(begun.import, row, begun.giver);
    return true;
  }

  /** Asks anew whether the person who started it may still do so: rights count at the moment they matter. */
  async #begin(
    tx: Transaction,
    importId: string,
  ): Promise<{ import: StoredImport; rows: number[]; giver: Giver } | null> {
    const { clock, access } = this.#deps;
    const now = clock.now();
    const found = await findImport(tx.em, null, importId, 'for update of i');
    if (!found || found.finished_at !== null) return null;
    const subject = { type: 'organization', id: found.organization_id } as const;
    const may =
      found.created_by === null ? null : await access.explain(tx.em, found.created_by, right, subject);
    if (!may?.allowed) {
      await this.#end(tx, found, 'failed', now);
      return null;
    }
    const rows = await pendingRowNumbers(tx.em, importId, batchRows);
    if (rows.length === 0) {
      await this.#end(tx, found, 'completed', now);
      return null;
    }
    await setStatus(tx.em, importId, 'running', now);
    const giver = await giverIn(access, tx.em, { userId: found.created_by ?? '' }, found.organization_id);
    return { import: found, rows, giver };
  }

  async #end(
    tx: Transaction,
    { id, organization_id: organizationId, created_rows: created, failed_rows: failed }: StoredImport,
    status: 'completed' | 'failed',
    now: Date,
  ): Promise<void> {
    await setStatus(tx.em, id, status, now);
    this.#deps.audit.record(tx, {
      actor: system,
      action: `user_import.${status}`,
      category: 'data_change',
      organizationId,
      resourceType: 'user_import',
      resourceId: id,
      new: { created, failed },
    });
  }

  /** One row, one transaction: the account and the note that it was made are stored together or not at all. */
  async #row(of: StoredImport, row: number, giver: Giver): Promise<void> {
    const { db, clock, log } = this.#deps;
    try {
      await db.transaction(async (tx) => {
        const taken = await takeRow(tx.em, of.id, row);
        if (!taken) return;
        const userId = await this.#create(tx, of, taken, giver);
        await settleRow(tx.em, of.id, row, { userId }, clock.now());
      });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === 'internal') {
        // Without a database nothing can be noted: the job is tried again.
        const { code } = toAppError(error);
        if (code !== 'internal') throw error;
        log.error({ err: error, importId: of.id, row }, 'a row could not be imported');
      }
      await db.transaction(async (tx) => {
        if (await takeRow(tx.em, of.id, row)) await settleRow(tx.em, of.id, row, { problem }, clock.now());
      });
    }
  }

  async #create(tx: Transaction, of: StoredImport, { data }: StoredRow, giver: Giver): Promise<string> {
    const role = data.role ?? 'student';
    if (!giver.mayGiveNamed(role)) throw new AppError('role_level');
    const field = await takenField(tx.em, null, data);
    if (field) throw new AppError('already_exists', { field });
    const user = await createAccount(this.#deps, tx, {
      email: data.email ?? null,
      phone: data.phone ?? null,
      displayName: data.displayName ?? '',
      firstName: data.firstName,
      lastName: data.lastName,
      password: null,
      role,
      organizationId: of.organization_id,
      status: 'active',
    });
    await tx.em.flush();
    const now = this.#deps.clock.now();
    if (data.username !== undefined) await setAccount(tx.em, user.id, { username: data.username }, now);
    await setProfile(tx.em, user.id, profileOf(data), now);
    this.#deps.audit.record(tx, {
      actor: system,
      action: 'user.created',
      category: 'data_change',
      organizationId: of.organization_id,
      resourceType: 'user',
      resourceId: user.id,
      new: { displayName: user.displayName, email: user.email ?? null, role },
      metadata: { importId: of.id, importedBy: of.created_by },
    });
    if (of.send_invitations && data.email !== undefined && this.#deps.mailer.canMail)
      await invite(this.#deps, tx, user.id, of.organization_id, { purpose: 'onboarding' });
    return user.id;
  }
}

const profileOf = ({ department, employeeId }: StoredRow['data']): Record<string, unknown> => ({
  ...(department === undefined ? {} : { department }),
  ...(employeeId === undefined ? {} : { employee_id: employeeId }),
});

/** What is said of a row that could not be added. */
function problemOf(error: unknown): ImportProblem {
  if (error instanceof AppError && error.code === 'role_level') return { column: 'role', code: 'role_level' };
  // Somebody else was faster, before or after this transaction looked.
  const raced =
    sqlState(error) === '23505' ? /users_(email|phone|username)_unique/.exec(String(error))?.[1] : undefined;
  const field =
    raced ??
    (error instanceof AppError && error.code === 'already_exists'
      ? (error.data as { field: string } | undefined)?.field
      : undefined);
  if (field === undefined) return { column: null, code: 'internal' };
  return { column: importColumns.find((column) => column === field) ?? null, code: 'exists' };
}
