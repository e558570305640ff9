import type { EntityManager } from '@mikro-orm/postgresql';
import type { ClientBase, Pool } from 'pg';
import type { BuiltState } from './document-state.ts';

/** A document's rows at one moment: its newest snapshot, then the log after it. */
export interface StoredDocument {
  lastSeq: number;
  snapshotSeq: number;
  sizeBytes: number;
  /** How many rows of the log follow the snapshot. */
  rows: number;
  updates: Uint8Array[];
}

type Queryable = Pick<Pool | ClientBase, 'query'>;

// One statement sees one moment, also while a compaction replaces rows by a snapshot.
const readSql = `
select -1 as kind, d.last_seq as seq, d.snapshot_seq, d.size_bytes, null::bytea as data
  from note_documents d where d.id = $1 and d.deleted_at is null
union all
select 0, s.seq, null, null, s.state
  from note_documents d join note_snapshots s on s.document_id = d.id and s.seq = d.snapshot_seq where d.id = $1
union all
select 1, u.seq, null, null, u.update_data
  from note_documents d join note_updates u on u.document_id = d.id and u.seq > d.snapshot_seq where d.id = $1
order by kind, seq`;

/** Null when there is no such document. */
export async function readDocument(db: Queryable, documentId: string): Promise<StoredDocument | null> {
  const { rows } = await db.query<{
    kind: number;
    seq: string;
    snapshot_seq: string;
    size_bytes: string;
    data: Buffer;
  }>(readSql, [documentId]);
  const [head, ...parts] = rows;
  if (head?.kind !== -1) return null;
  return {
    lastSeq: Number(head.seq),
    snapshotSeq: Number(head.snapshot_seq),
    sizeBytes: Number(head.size_bytes),
    rows: parts.filter((part) => part.kind === 1).length,
    updates: parts.map((part) => part.data),
  };
}

/** What a stored snapshot stands for. */
export interface Snapshot extends BuiltState {
  documentId: string;
  seq: number;
}

/**
 * Stores a snapshot that covers the log up to `seq` and deletes what it covers. Call it in a transaction that holds
 * the document's row.
 * @returns the document's size afterwards.
 */
export async function storeSnapshot(db: Queryable, snapshot: Snapshot): Promise<number> {
  const { documentId, seq, state, stateVector, plainText } = snapshot;
  await db.query(
    'insert into note_snapshots (document_id, seq, state, state_vector, size_bytes) values ($1, $2, $3, $4, $5)',
    [documentId, seq, Buffer.from(state), Buffer.from(stateVector), state.length],
  );
  await db.query('delete from note_updates where document_id = $1 and seq <= $2', [documentId, seq]);
  await db.query('delete from note_snapshots where document_id = $1 and seq < $2', [documentId, seq]);
  const { rows } = await db.query<{ size_bytes: string }>(
    `update note_documents d
        set snapshot_seq = $2, last_seq = greatest(d.last_seq, $2), plain_text = coalesce($4, d.plain_text), updated_at = now(),
            size_bytes = $3 + coalesce((select sum(octet_length(u.update_data)) from note_updates u where u.document_id = d.id and u.seq > $2), 0)
      where d.id = $1 returning size_bytes`,
    [documentId, seq, state.length, plainText],
  );
  return Number(rows[0]?.size_bytes ?? 0);
}

/** Where the document's log stands, its row locked until the transaction ends. Null when it is gone. */
export async function lockDocument(
  db: Queryable,
  documentId: string,
): Promise<{ lastSeq: number; snapshotSeq: number } | null> {
  const { rows } = await db.query<{ last_seq: string; snapshot_seq: string }>(
    'select last_seq, snapshot_seq from note_documents where id = $1 and deleted_at is null for update',
    [documentId],
  );
  const [row] = rows;
  return row ? { lastSeq: Number(row.last_seq), snapshotSeq: Number(row.snapshot_seq) } : null;
}

/** Documents whose log has grown by `updates` since their snapshot, longest first. */
export async function documentsDue(em: EntityManager, updates: number, limit: number): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select id from note_documents where last_seq - snapshot_seq >= ? and deleted_at is null
      order by last_seq - snapshot_seq desc limit ?`,
    [updates, limit],
  );
  return rows.map((row) => row.id);
}
