import type { EntityManager } from '@mikro-orm/postgresql';

export type ChallengePurpose = 'passkey_registration' | 'passkey_sign_in' | 'oidc';

/** Something that was begun and may be finished once. `data` holds no secret in the clear. */
export interface Challenge {
  id: string;
  purpose: ChallengePurpose;
  /** Whose it is; null where nobody is signed in. */
  userId: string | null;
  /** SHA-256 of what the browser keeps, where it keeps something. */
  secretHash?: Buffer;
  data: Record<string, unknown>;
  expiresAt: Date;
}

/** Keeps a challenge. */
export async function keepChallenge(em: EntityManager, challenge: Challenge): Promise<void> {
  await em.execute(
    `insert into auth_challenges (id, purpose, user_id, secret_hash, data, expires_at)
     values (?, ?, ?, ?, ?::jsonb, ?)`,
    [
      challenge.id,
      challenge.purpose,
      challenge.userId,
      challenge.secretHash ?? null,
      JSON.stringify(challenge.data),
      challenge.expiresAt,
    ],
  );
}

export type ChallengeRefusal = 'proof_invalid' | 'proof_expired' | 'already_used';
export interface FoundChallenge {
  id: string;
  userId: string | null;
  data: Record<string, unknown>;
}

interface ChallengeRow {
  id: string;
  user_id: string | null;
  data: Record<string, unknown>;
  expires_at: Date | string;
  used_at: Date | string | null;
}

const toFound = (row: ChallengeRow): FoundChallenge => ({ id: row.id, userId: row.user_id, data: row.data });

function judge(row: ChallengeRow | undefined, now: Date): FoundChallenge | { refused: ChallengeRefusal } {
  if (!row) return { refused: 'proof_invalid' };
  if (row.used_at !== null) return { refused: 'already_used' };
  if (new Date(row.expires_at) <= now) return { refused: 'proof_expired' };
  return toFound(row);
}

/** A challenge that the browser's secret belongs to, left as it is. */
export async function challengeBySecret(
  em: EntityManager,
  purpose: ChallengePurpose,
  secretHash: Buffer,
  now: Date,
): Promise<FoundChallenge | { refused: ChallengeRefusal }> {
  const [row] = await em.execute<ChallengeRow[]>(
    'select id, user_id, data, expires_at, used_at from auth_challenges where purpose = ? and secret_hash = ?',
    [purpose, secretHash],
  );
  return judge(row, now);
}

/**
 * Uses a challenge up: of many at once, one gets it. The caller commits this before anything is verified, so that a wrong
 * answer costs the challenge.
 */
export async function useUpChallenge(
  em: EntityManager,
  wanted: { id: string; purpose: ChallengePurpose; userId: string | null },
  now: Date,
): Promise<FoundChallenge | { refused: ChallengeRefusal }> {
  const [used] = await em.execute<ChallengeRow[]>(
    `update auth_challenges set used_at = ?
     where id = ? and purpose = ? and user_id is not distinct from ?::uuid and used_at is null and expires_at > ?
     returning id, user_id, data, expires_at, null as used_at`,
    [now, wanted.id, wanted.purpose, wanted.userId, now],
  );
  if (used) return toFound(used);
  const [row] = await em.execute<ChallengeRow[]>(
    `select id, user_id, data, expires_at, used_at from auth_challenges
     where id = ? and purpose = ? and user_id is not distinct from ?::uuid`,
    [wanted.id, wanted.purpose, wanted.userId],
  );
  return judge(row, now);
}

const keptMs = 24 * 3_600_000;

/** Deletes what ended a day ago: until then somebody who comes late is told why. */
export async function sweepChallenges(em: EntityManager, now: Date): Promise<void> {
  await em.execute(
    `delete from auth_challenges where purpose in ('passkey_registration', 'passkey_sign_in', 'oidc') and expires_at <= ?`,
    [new Date(now.getTime() - keptMs)],
  );
}
