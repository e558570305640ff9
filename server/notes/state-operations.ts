import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import * as Y from 'yjs';
import { readContents, readForeignContents } from './coverage.ts';
import type { Contents } from './coverage.ts';
import { buildState } from './document-state.ts';
import { lockDocument, readDocument, storeSnapshot } from './notes.repository.ts';
import type { StoredDocument } from './notes.repository.ts';

/** A document ready to be opened. */
export interface LoadedDocument {
  lastSeq: number;
  sizeBytes: number;
  /** Rows of the log after the snapshot. */
  rows: number;
  /** Everything, as one update. */
  state: Uint8Array;
  contents: Contents;
}

/** An update that is too large for a row of the log. */
export interface LargeUpdate {
  documentId: string;
  update: Uint8Array;
  userId: string;
}

/** What the state thread does. Each takes and gives values that cross a thread. */
export interface StateOperations {
  /** Null: no such document. */
  load(documentId: string): Promise<LoadedDocument | null>;
  /** Folds relayed updates into an encoded state. */
  fold(input: { state: Uint8Array; updates: Uint8Array[] }): Promise<Uint8Array>;
  /** What a client with `stateVector` lacks of `state`. */
  difference(input: { state: Uint8Array; stateVector: Uint8Array }): Promise<Uint8Array>;
  /** Of a client's update. @throws when the bytes are no Yjs update that can be applied. */
  contents(update: Uint8Array): Promise<Contents>;
  /** Null: gone, or another process was quicker. */
  compact(documentId: string): Promise<{ sizeBytes: number; rows: number } | null>;
  /** Stores a large update straight as a snapshot at the next seq. Null: no such document. */
  storeLarge(input: LargeUpdate): Promise<{ seq: number; sizeBytes: number } | null>;
}

/** Another node may write between reading and locking; more often than this in a row is not bad luck. */
const storeAttempts = 5;

/** The operations on a pool of their own: they run in the state thread. */
export function createStateOperations(pool: Pool): StateOperations {
  return {
    async load(documentId) {
      const stored = await readDocument(pool, documentId);
      if (!stored) return null;
      const { state } = buildState(stored.updates);
      return {
        lastSeq: stored.lastSeq,
        sizeBytes: stored.sizeBytes,
        rows: stored.rows,
        state,
        contents: readContents(state),
      };
    },
    fold: async ({ state, updates }) => buildState([state, ...updates]).state,
    difference: async ({ state, stateVector }) => Y.diffUpdate(state, stateVector),
    contents: async (update) => readForeignContents(update),
    compact: (documentId) => compact(pool, documentId),
    storeLarge: (input) => storeLarge(pool, input),
  };
}

/** Computes without a lock; the lock is held for a few statements only, and only if nobody else compacted meanwhile. */
async function compact(pool: Pool, documentId: string): Promise<{ sizeBytes: number; rows: number } | null> {
  const stored = await readDocument(pool, documentId);
  if (!stored || stored.rows === 0) return null;
  const built = buildState(stored.updates);
  return transaction(pool, async (client) => {
    const now = await lockDocument(client, documentId);
    if (now?.snapshotSeq !== stored.snapshotSeq) return null;
    const sizeBytes = await storeSnapshot(client, { documentId, seq: stored.lastSeq, ...built });
    return { sizeBytes, rows: now.lastSeq - stored.lastSeq };
  });
}

async function storeLarge(
  pool: Pool,
  { documentId, update, userId }: LargeUpdate,
): Promise<{ seq: number; sizeBytes: number } | null> {
  for (let attempt = 1; attempt <= storeAttempts; attempt += 1) {
    const stored = await readDocument(pool, documentId);
    if (!stored) return null;
    const outcome = await storeLargeOn(pool, stored, { documentId, update, userId });
    if (outcome) return outcome;
  }
  throw new Error('the document is written elsewhere without a pause');
}

async function storeLargeOn(pool: Pool, stored: StoredDocument, { documentId, update, userId }: LargeUpdate) {
  const built = buildState([...stored.updates, update]);
  return transaction(pool, async (client) => {
    const now = await lockDocument(client, documentId);
    if (now?.lastSeq !== stored.lastSeq || now.snapshotSeq !== stored.snapshotSeq) return null;
    const seq = now.lastSeq + 1;
    const sizeBytes = await storeSnapshot(client, { documentId, seq, ...built });
    await client.query(
      'update note_documents set last_edited_by = $2, last_edited_at = now() where id = $1',
      [documentId, userId],
    );
    return { seq, sizeBytes };
  });
}

async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failed: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failed = error as Error;
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release(failed);
  }
}
