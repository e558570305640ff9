import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../kernel/db/array.ts';
import type { ProofKind, ProofPurpose, ProofState } from './proof.ts';

/** A stored proof. */
export interface StoredProof extends ProofState {
  id: string;
  /** Null: a phantom, which was never sent and is never right. */
  userId: string | null;
  purpose: ProofPurpose;
  kind: ProofKind;
  channel: 'email' | 'sms';
  destination: string;
  hash: Buffer;
  metadata: Record<string, unknown>;
  createdAt: Date;
}

/** Whose proofs are meant: an account's, and the phantoms of an address. */
export interface ProofSubject {
  userId: string | null;
  phantomKey: Buffer;
}

interface Row {
  id: string;
  user_id: string | null;
  purpose: ProofPurpose;
  kind: ProofKind;
  channel: 'email' | 'sms';
  destination: string;
  token_hash: Buffer;
  attempts: number;
  max_attempts: number;
  expires_at: Date | string;
  used_at: Date | string | null;
  invalidated_at: Date | string | null;
  metadata: Record<string, unknown> | string;
  created_at: Date | string;
}

const columns = `id, user_id, purpose, kind, channel, destination, token_hash, attempts, max_attempts, expires_at, used_at, invalidated_at,
  metadata, created_at`;

const ofSubject = '(user_id = ?::uuid or phantom_key = ?)';
const subjectValues = ({ userId, phantomKey }: ProofSubject): unknown[] => [userId, phantomKey];

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

const proofOf = (row: Row): StoredProof => ({
  id: row.id,
  userId: row.user_id,
  purpose: row.purpose,
  kind: row.kind,
  channel: row.channel,
  destination: row.destination,
  hash: row.token_hash,
  attempts: row.attempts,
  maxAttempts: row.max_attempts,
  expiresAt: new Date(row.expires_at),
  usedAt: date(row.used_at),
  invalidatedAt: date(row.invalidated_at),
  metadata:
    typeof row.metadata === 'string' ? (JSON.parse(row.metadata) as Record<string, unknown>) : row.metadata,
  createdAt: new Date(row.created_at),
});

export async function insertProof(
  em: EntityManager,
  proof: Omit<StoredProof, 'attempts' | 'usedAt' | 'invalidatedAt'> & { phantomKey: Buffer | null },
  origin: { ipAddress: string | null; userAgent: string | null },
): Promise<void> {
  await em.execute(
    `insert into verification_tokens (id, user_id, phantom_key, purpose, kind, channel, destination, token_hash, max_attempts, expires_at,
       ip_address, user_agent, metadata, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)`,
    [
      proof.id,
      proof.userId,
      proof.phantomKey,
      proof.purpose,
      proof.kind,
      proof.channel,
      proof.destination,
      proof.hash,
      proof.maxAttempts,
      proof.expiresAt,
      origin.ipAddress,
      origin.userAgent,
      JSON.stringify(proof.metadata),
      proof.createdAt,
      proof.createdAt,
    ],
  );
}

/** The newest proof of a kind, with its row locked: attempts on it are judged one after the other. */
export async function newestProof(
  em: EntityManager,
  subject: ProofSubject,
  purpose: ProofPurpose,
  kind: ProofKind,
): Promise<StoredProof | null> {
  const [row] = await em.execute<Row[]>(
    `select ${columns} from verification_tokens where ${ofSubject} and purpose = ? and kind = ?
     order by created_at desc, id desc limit 1 for update`,
    [...subjectValues(subject), purpose, kind],
  );
  return row ? proofOf(row) : null;
}

export async function linkByHash(
  em: EntityManager,
  hash: Buffer,
  lock: boolean,
): Promise<StoredProof | null> {
  const [row] = await em.execute<Row[]>(
    `select ${columns} from verification_tokens where kind = 'link' and token_hash = ?${lock ? ' for update' : ''}`,
    [hash],
  );
  return row ? proofOf(row) : null;
}

/** When the last proof of this purpose was sent, whatever became of it. */
export async function lastIssued(
  em: EntityManager,
  subject: ProofSubject,
  purpose: ProofPurpose,
  kind: ProofKind,
): Promise<Date | null> {
  const [row] = await em.execute<{ at: Date | string | null }[]>(
    `select max(created_at) as at from verification_tokens where ${ofSubject} and purpose = ? and kind = ?`,
    [...subjectValues(subject), purpose, kind],
  );
  return date(row?.at ?? null);
}

export async function countAttempt(em: EntityManager, id: string, now: Date): Promise<void> {
  await em.execute('update verification_tokens set attempts = attempts + 1, updated_at = ? where id = ?', [
    now,
    id,
  ]);
}

export async function markUsed(em: EntityManager, id: string, now: Date): Promise<void> {
  await em.execute('update verification_tokens set used_at = ?, updated_at = ? where id = ?', [now, now, id]);
}

/** A new proof takes the place of the one before it, sent or not. */
export async function replaceProof(
  em: EntityManager,
  subject: ProofSubject,
  purpose: ProofPurpose,
  kind: ProofKind,
  now: Date,
): Promise<void> {
  await em.execute(
    `update verification_tokens set invalidated_at = ?, updated_at = ?
     where ${ofSubject} and purpose = ? and kind = ? and used_at is null and invalidated_at is null`,
    [now, now, ...subjectValues(subject), purpose, kind],
  );
}

export async function invalidateProofs(
  em: EntityManager,
  userId: string,
  purposes: readonly ProofPurpose[] | null,
  now: Date,
): Promise<void> {
  const wanted = purposes && arrayOf(purposes);
  await em.execute(
    `update verification_tokens set invalidated_at = ?, updated_at = ?
     where user_id = ? and used_at is null and invalidated_at is null
       and (?::text[] is null or purpose = any(?::text[]))`,
    [now, now, userId, wanted, wanted],
  );
}

/** Lets go of what has been of no use for a day; how often somebody asked is seen for that long. */
export async function deleteOldProofs(em: EntityManager, before: Date): Promise<void> {
  await em.execute('delete from verification_tokens where expires_at < ?', [before]);
}
