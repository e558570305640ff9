import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Clock } from '../kernel/clock.ts';
import { sqlState } from '../kernel/db/database.ts';
import type { Logger } from '../kernel/logger.ts';
import type { NoteSettings } from './settings.ts';
import type { StateOperations } from './state-operations.ts';

/** One frame on its way into the log. `update` null: nothing to store, but it counts once all before it is stored. */
export interface LogEntry {
  update: Uint8Array | null;
  userId: string;
  clientId: number | null;
}

/** Why a document's entries could not be stored: the document is gone, or the database failed. */
export type AppendFailure = 'missing' | 'failed';

/** What became of the entries of one document, in the order they came. */
export interface LogListener<E extends LogEntry> {
  /** They are committed at the seqs after `base`. `sizeBytes` is told when a large update became a snapshot. */
  committed(documentId: string, entries: readonly E[], base: number, snapshot?: { sizeBytes: number }): void;
  /** These and everything queued after them for this document are not stored, or nobody knows whether they are. */
  failed(documentId: string, reason: AppendFailure): void;
}

interface LogDeps<E extends LogEntry> {
  clock: Clock;
  log: Logger;
  settings: NoteSettings;
  large: Pick<StateOperations, 'storeLarge'>;
  listener: LogListener<E>;
}

interface Queue<E> {
  entries: E[];
  /** A large update is being stored; what came after it waits. */
  held: boolean;
  waiting: (() => void)[];
}

type Batch<E> = Map<string, E[]>;

/** All documents of a batch in one statement: last_seq moves once per document, rows are numbered after it. */
const appendSql = `
with input as (
  select * from unnest($1::uuid[], $2::bytea[], $3::uuid[], $4::bigint[])
    with ordinality as t (document_id, update_data, user_id, client_id, n)
), touched as (
  update note_documents d
     set last_seq = d.last_seq + g.amount, size_bytes = d.size_bytes + g.bytes, last_edited_by = g.user_id, last_edited_at = $5
    from (select document_id, count(*) as amount, sum(octet_length(update_data)) as bytes, (array_agg(user_id order by n desc))[1] as user_id
            from input group by document_id) g
   where d.id = g.document_id and d.deleted_at is null
  returning d.id, d.last_seq - g.amount as base
), added as (
  insert into note_updates (document_id, seq, update_data, user_id, client_id, created_at)
  select i.document_id, t.base + row_number() over (partition by i.document_id order by i.n), i.update_data, i.user_id, i.client_id, $5
    from input i join touched t on t.id = i.document_id
)
select id, base from touched`;

/** Rolled back for certain, and worth the same statement once more. */
const retryable = new Set(['40001', '40P01']);
const attempts = 3;

/**
 * Appends by group commit: one statement for whatever all documents have waiting, one in flight, the next batch
 * gathers meanwhile. Per document first in, first out.
 */
export class UpdateLog<E extends LogEntry> {
  readonly #queues = new Map<string, Queue<E>>();
  readonly #pool: Pool;
  readonly #deps: LogDeps<E>;
  #isFlushing = false;
  readonly counts = { flushes: 0, rows: 0, bytes: 0, failures: 0 };

  constructor(url: string, deps: LogDeps<E>) {
    this.#deps = deps;
    const { appendTimeoutMs, appendLockMs } = deps.settings;
    this.#pool = new Pool({
      connectionString: url,
      max: 1,
      application_name: 'lectern-notes-log',
      connectionTimeoutMillis: appendTimeoutMs,
      // The server gives up first, so that a late statement has a known outcome: rolled back.
      statement_timeout: appendTimeoutMs,
      lock_timeout: appendLockMs,
      query_timeout: appendTimeoutMs + 4000,
      keepAlive: true,
    });
    this.#pool.on('error', (error) => deps.log.warn({ err: error }, 'the note log lost its idle connection'));
  }

  /** Frames that wait to be stored, of all documents. */
  get pending(): number {
    let pending = 0;
    for (const queue of this.#queues.values()) pending += queue.entries.length;
    return pending;
  }

  append(documentId: string, entry: E): void {
    const queue = this.#queues.get(documentId) ?? { entries: [], held: false, waiting: [] };
    this.#queues.set(documentId, queue);
    queue.entries.push(entry);
    this.#wake();
  }

  /** What of this document waits or is under way, oldest first. */
  waiting(documentId: string): readonly E[] {
    return this.#queues.get(documentId)?.entries ?? [];
  }

  /** Whether nothing of this document waits or is under way. */
  isSettled(documentId: string): boolean {
    return !this.#queues.has(documentId);
  }

  /** Resolves when nothing of this document waits any more. */
  async settled(documentId: string): Promise<void> {
    const queue = this.#queues.get(documentId);
    if (queue) await new Promise<void>((resolve) => queue.waiting.push(resolve));
  }

  /** Waits for everything received so far. */
  async drain(): Promise<void> {
    await Promise.all([...this.#queues.keys()].map((documentId) => this.settled(documentId)));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #wake(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // At the end of this turn of the event loop, when every socket that had something was read.
    setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    for (let batch = this.#gather(); batch.size > 0; batch = this.#gather()) {
      const startedAt = performance.now();
      await this.#store(batch);
      // Every commit costs the database the same, however little is in it: in a storm they are spaced, and hold more.
      const wait = startedAt + this.#deps.settings.appendEveryMs - performance.now();
      if (wait > 0) await pause(wait);
    }
    this.#isFlushing = false;
  }

  /** Takes what fits into one statement, from every document that is not held. The entries stay queued until settled. */
  #gather(): Batch<E> {
    const { batchRows, batchBytes, updateBytes } = this.#deps.settings;
    const batch: Batch<E> = new Map();
    let [rows, bytes] = [0, 0];
    for (const [documentId, queue] of this.#queues) {
      if (queue.held) continue;
      let taken = 0;
      for (const { update } of queue.entries) {
        const size = update?.length ?? 0;
        if (size > updateBytes || rows >= batchRows || (rows > 0 && bytes + size > batchBytes)) break;
        if (update) rows += 1;
        bytes += size;
        taken += 1;
      }
      if (taken > 0) batch.set(documentId, queue.entries.slice(0, taken));
      else if ((queue.entries[0]?.update?.length ?? 0) > updateBytes)
        void this.#storeLarge(documentId, queue);
      // A document that was served goes to the end, so that a busy one cannot starve the rest.
      if (rows >= batchRows || bytes >= batchBytes) break;
    }
    for (const documentId of batch.keys()) {
      const queue = this.#queues.get(documentId)!;
      this.#queues.delete(documentId);
      this.#queues.set(documentId, queue);
    }
    return batch;
  }

  async #store(batch: Batch<E>): Promise<void> {
    let bases: Map<string, number>;
    try {
      bases = await this.#write(batch);
    } catch (error) {
      // Not the error itself: PostgreSQL's detail may quote the row, which is what somebody wrote.
      this.#deps.log.error(
        { code: sqlState(error), reason: (error as Error).message, documents: batch.size },
        'notes could not be stored',
      );
      // One document's row may have spoilt (or held up) the statement for all: each gets a statement of its own, where the outcome is known.
      if (batch.size > 1 && isStatementError(error)) {
        for (const [documentId, entries] of batch) await this.#store(new Map([[documentId, entries]]));
      } else for (const documentId of batch.keys()) this.#fail(documentId, 'failed');
      return;
    }
    for (const [documentId, entries] of batch) {
      const base = bases.get(documentId);
      if (base === undefined && entries.some((entry) => entry.update)) this.#fail(documentId, 'missing');
      else this.#commit(documentId, entries, base ?? -1);
    }
  }

  /** @returns per document the seq before its first new row. */
  async #write(batch: Batch<E>): Promise<Map<string, number>> {
    const rows = [...batch].flatMap(([documentId, entries]) =>
      entries.flatMap((entry) => (entry.update ? [{ documentId, ...entry, update: entry.update }] : [])),
    );
    if (rows.length === 0) return new Map();
    const values = [
      rows.map((row) => row.documentId),
      rows.map((row) => Buffer.from(row.update.buffer, row.update.byteOffset, row.update.byteLength)),
      rows.map((row) => row.userId),
      rows.map((row) => row.clientId),
      this.#deps.clock.now(),
    ];
    for (let attempt = 1; ; attempt += 1) {
      try {
        const result = await this.#pool.query<{ id: string; base: string }>({
          name: 'notes-append',
          text: appendSql,
          values,
        });
        this.counts.flushes += 1;
        this.counts.rows += rows.length;
        for (const row of rows) this.counts.bytes += row.update.length;
        return new Map(result.rows.map((row) => [row.id, Number(row.base)]));
      } catch (error) {
        if (attempt >= attempts || !retryable.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  async #storeLarge(documentId: string, queue: Queue<E>): Promise<void> {
    const entry = queue.entries[0]!;
    queue.held = true;
    try {
      const stored = await this.#deps.large.storeLarge({
        documentId,
        update: entry.update!,
        userId: entry.userId,
      });
      if (stored) this.#commit(documentId, [entry], stored.seq - 1, { sizeBytes: stored.sizeBytes });
      else this.#fail(documentId, 'missing');
    } catch (error) {
      this.#deps.log.error({ err: error }, 'a large note update could not be stored');
      this.#fail(documentId, 'failed');
    }
    queue.held = false;
    this.#wake();
  }

  #commit(documentId: string, entries: readonly E[], base: number, snapshot?: { sizeBytes: number }): void {
    const queue = this.#queues.get(documentId);
    queue?.entries.splice(0, entries.length);
    this.#tell(() => this.#deps.listener.committed(documentId, entries, base, snapshot));
    if (queue?.entries.length === 0) this.#release(documentId, queue);
  }

  /** What came later builds on what was lost, so it goes too. */
  #fail(documentId: string, reason: AppendFailure): void {
    this.counts.failures += 1;
    const queue = this.#queues.get(documentId);
    if (queue) {
      queue.entries = [];
      this.#release(documentId, queue);
    }
    this.#tell(() => this.#deps.listener.failed(documentId, reason));
  }

  /** A mistake in one document's room must not stop the log for all. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.#deps.log.error({ err: error }, 'a note room failed');
    }
  }

  #release(documentId: string, queue: Queue<E>): void {
    this.#queues.delete(documentId);
    for (const resolve of queue.waiting) resolve();
  }
}

/**
 * The statement was refused and rolled back, the connection and the server are well: SQLSTATE classes 22, 23 and 42, a
 * lock that was not to be had (55P03), the statement's own time limit (57014).
 */
function isStatementError(error: unknown): boolean {
  return /^(22|23|42|55P03|57014)/.test(sqlState(error) ?? '');
}
