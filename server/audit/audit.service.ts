import { auditExportRows } from '../../shared/audit/contract.ts';
import type { AuditEntryView, AuditFilter } from '../../shared/audit/contract.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { presentEntry } from './audit.presenter.ts';
import { countEntries, erasableDetails, eraseParts, findEntries } from './audit.repository.ts';
import type { ChainKey } from './chain.ts';
import { csvEntry, csvHeader } from './csv.ts';
import type { AuditDeps } from './index.ts';
import type { Writer } from './writer.ts';

interface Page {
  cursor?: string;
  limit: number;
}

/** Rows that an export reads at a time. */
const exportBatch = 1000;

/** Reading the trail, and taking out of it what tells of a person. */
export class AuditService {
  readonly #deps: AuditDeps;
  readonly #key: ChainKey;
  readonly #writer: Writer;

  constructor(deps: AuditDeps, key: ChainKey, writer: Writer) {
    this.#deps = deps;
    this.#key = key;
    this.#writer = writer;
  }

  /**
   * One page, newest first.
   * @param organizationId null: everything, also what belongs to no organization
   * @throws AppError forbidden, not_found
   */
  async list(
    actor: UserActor,
    organizationId: string | null,
    { cursor, limit, ...filter }: AuditFilter & Page,
  ): Promise<{ items: AuditEntryView[]; nextCursor: string | null }> {
    await this.#deps.authorize(actor, 'audit.read', organizationId);
    const rows = await findEntries(this.#deps.db.em(), organizationId, filter, { cursor, limit: limit + 1 });
    const items = rows.slice(0, limit).map(presentEntry);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  }

  /**
   * The trail as CSV, piece by piece, and an entry that tells of it.
   * @throws AppError forbidden, not_found, too_many_rows
   */
  async export(
    actor: UserActor,
    organizationId: string,
    filter: AuditFilter,
  ): Promise<AsyncIterable<string>> {
    await this.#deps.authorize(actor, 'audit.read', organizationId);
    const rows = await countEntries(this.#deps.db.em(), organizationId, filter, auditExportRows + 1);
    if (rows > auditExportRows) throw new AppError('too_many_rows', { limit: auditExportRows });
    await this.#deps.db.transaction(async (tx) => {
      this.#writer.record(tx, {
        actor,
        action: 'audit.exported',
        category: 'security',
        organizationId,
        metadata: { filter, rows },
      });
    });
    return this.#lines(organizationId, filter);
  }

  async *#lines(organizationId: string, filter: AuditFilter): AsyncIterable<string> {
    yield csvHeader;
    let cursor: string | undefined;
    for (let left = auditExportRows; left > 0; left -= exportBatch) {
      const rows = await findEntries(this.#deps.db.em(), organizationId, filter, {
        cursor,
        limit: Math.min(exportBatch, left),
      });
      yield rows.map((row) => csvEntry(presentEntry(row))).join('');
      cursor = rows.at(-1)?.id;
      if (rows.length < exportBatch) return;
    }
  }

  async eraseDetailsOf(
    tx: Transaction,
    userId: string,
    mentioning: readonly string[] = [],
    more: { names?: readonly string[]; resourceIds?: readonly string[] } = {},
  ): Promise<{ details: number; origins: number }> {
    this.#writer.forget(tx, userId);
    const at = this.#deps.clock.now();
    const filled = (texts: readonly string[]): string[] => texts.filter((text) => text.trim() !== '');
    const about = {
      userId,
      texts: filled(mentioning),
      names: filled(more.names ?? []),
      resourceIds: more.resourceIds ?? [],
    };
    const erase = async (part: 'details' | 'origin'): Promise<number> => {
      const ids = await erasableDetails(tx.em, part, about);
      await eraseParts(
        tx.em,
        part,
        ids.map((id) => ({ id, mac: this.#key.erasure(part, id, at) })),
        at,
      );
      return ids.length;
    };
    const details = await erase('details');
    return { details, origins: await erase('origin') };
  }
}
