import type { EntityManager } from '@mikro-orm/postgresql';
import type { FirstFactor } from '../sign-in/complete.ts';

/** The second factor of an account. */
export interface SecondFactor {
  enabled: boolean;
  /** Sealed; there before it is enabled too, while it is set up. */
  secret: Buffer | null;
  confirmedAt: Date | null;
  /** The time step of the last code that was accepted: no code of it or before it is accepted again. */
  lastStep: number | null;
  recoveryCodesLeft: number;
}

interface SecondFactorRow {
  enabled: boolean;
  secret: Buffer | null;
  confirmed_at: Date | string | null;
  last_step: string | number | null;
  left: number;
}

/** Null: no such account. With `lock`, codes of one person are judged one after the other. */
export async function secondFactorOf(
  em: EntityManager,
  userId: string,
  options: { lock: boolean } = { lock: false },
): Promise<SecondFactor | null> {
  const [row] = await em.execute<SecondFactorRow[]>(
    `select u.two_factor_enabled as enabled, u.two_factor_secret_enc as secret, u.two_factor_confirmed_at as confirmed_at,
       u.two_factor_last_step as last_step,
       (select count(*)::int from two_factor_recovery_codes c where c.user_id = u.id and c.used_at is null) as left
     from users u where u.id = ? ${options.lock ? 'for no key update of u' : ''}`,
    [userId],
  );
  if (!row) return null;
  return {
    enabled: row.enabled,
    secret: row.secret,
    confirmedAt: row.confirmed_at === null ? null : new Date(row.confirmed_at),
    lastStep: row.last_step === null ? null : Number(row.last_step),
    recoveryCodesLeft: row.left,
  };
}

/** Keeps a secret that is not confirmed yet. */
export async function keepSecret(em: EntityManager, userId: string, sealed: Buffer): Promise<void> {
  await em.execute(
    'update users set two_factor_secret_enc = ?, two_factor_last_step = null where id = ? and not two_factor_enabled',
    [sealed, userId],
  );
}

export async function enable(em: EntityManager, userId: string, step: number, now: Date): Promise<void> {
  await em.execute(
    'update users set two_factor_enabled = true, two_factor_confirmed_at = ?, two_factor_last_step = ? where id = ?',
    [now, step, userId],
  );
}

export async function disable(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    `update users set two_factor_enabled = false, two_factor_secret_enc = null, two_factor_confirmed_at = null,
       two_factor_last_step = null where id = ?`,
    [userId],
  );
  await em.execute('delete from two_factor_recovery_codes where user_id = ?', [userId]);
}

export async function noteStep(em: EntityManager, userId: string, step: number): Promise<void> {
  await em.execute('update users set two_factor_last_step = ? where id = ?', [step, userId]);
}

/** Puts new recovery codes in the place of all others. */
export async function replaceRecoveryCodes(
  em: EntityManager,
  userId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await em.execute('delete from two_factor_recovery_codes where user_id = ?', [userId]);
  for (const hash of hashes)
    await em.execute('insert into two_factor_recovery_codes (user_id, code_hash) values (?, ?)', [
      userId,
      hash,
    ]);
}

/** Uses a recovery code up; false: there is no such unused one. */
export async function useRecoveryCode(
  em: EntityManager,
  userId: string,
  hash: Buffer,
  now: Date,
): Promise<boolean> {
  const used = await em.execute<{ id: string }[]>(
    `update two_factor_recovery_codes set used_at = ? where user_id = ? and code_hash = ? and used_at is null returning id`,
    [now, userId, hash],
  );
  return used.length > 0;
}

/** What the first factor has proven and what was wished for with it. */
export interface MfaData {
  method: FirstFactor;
  rememberMe: boolean;
}

export async function keepMfaChallenge(
  em: EntityManager,
  challenge: { id: string; userId: string; data: MfaData; expiresAt: Date },
): Promise<void> {
  await em.execute(
    `insert into auth_challenges (id, purpose, user_id, data, expires_at) values (?, 'mfa', ?, ?::jsonb, ?)`,
    [challenge.id, challenge.userId, JSON.stringify(challenge.data), challenge.expiresAt],
  );
}

export interface MfaChallenge {
  userId: string;
  data: MfaData;
  attempts: number;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Whose challenge it is; it may be gone a moment later. */
export async function ownerOfMfaChallenge(em: EntityManager, id: string): Promise<string | null> {
  const [row] = await em.execute<{ user_id: string }[]>(
    `select user_id from auth_challenges where id = ? and purpose = 'mfa'`,
    [id],
  );
  return row?.user_id ?? null;
}

/** Locks the challenge: answers to it take turns. */
export async function mfaChallenge(em: EntityManager, id: string): Promise<MfaChallenge | null> {
  const [row] = await em.execute<
    {
      user_id: string;
      data: MfaData;
      attempts: number;
      expires_at: Date | string;
      used_at: Date | string | null;
    }[]
  >(
    `select user_id, data, attempts, expires_at, used_at from auth_challenges where id = ? and purpose = 'mfa' for update`,
    [id],
  );
  if (!row) return null;
  return {
    userId: row.user_id,
    data: row.data,
    attempts: row.attempts,
    expiresAt: new Date(row.expires_at),
    usedAt: row.used_at === null ? null : new Date(row.used_at),
  };
}

export async function noteChallengeAttempt(em: EntityManager, id: string): Promise<void> {
  await em.execute('update auth_challenges set attempts = attempts + 1 where id = ?', [id]);
}

export async function useUpMfaChallenge(em: EntityManager, id: string, now: Date): Promise<void> {
  await em.execute('update auth_challenges set used_at = ? where id = ?', [now, id]);
}

const keptMs = 24 * 3_600_000;

/** Deletes what ended a day ago: until then somebody who comes late is told why. */
export async function sweepMfaChallenges(em: EntityManager, now: Date): Promise<void> {
  await em.execute(`delete from auth_challenges where purpose = 'mfa' and expires_at <= ?`, [
    new Date(now.getTime() - keptMs),
  ]);
}
