import type { EntityManager } from '@mikro-orm/postgresql';
import type { AccountState } from '../accounts/account.ts';
import type { Lockout } from './lockout.ts';

/** What a sign-in is checked against. */
export interface SessionStanding {
  userId: string;
  displayName: string;
  role: string;
  tokenVersion: number;
  /** The organization the person works in: of the sign-in, else their primary one. */
  organizationId: string | null;
  account: AccountState;
  expiresAt: Date;
  revokedAt: Date | null;
}

interface StandingRow {
  user_id: string;
  display_name: string;
  role: string;
  token_version: number;
  organization_id: string | null;
  status: AccountState['status'];
  suspended_until: Date | string | null;
  deleted_at: Date | string | null;
  expires_at: Date | string;
  revoked_at: Date | string | null;
}

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

const standingSql = `
  select u.id as user_id, u.display_name, r.slug as role, u.token_version, u.status, u.suspended_until, u.deleted_at,
    s.expires_at, s.revoked_at,
    (select m.organization_id from organization_memberships m
     where m.user_id = u.id and m.left_at is null and m.status = 'active'
     order by m.organization_id = s.active_organization_id desc nulls last, m.is_primary desc, m.id limit 1) as organization_id
  from auth_sessions s join users u on u.id = s.user_id join roles r on r.id = u.primary_role_id
  where s.id = ?`;

/** A sign-in and its account, by the primary keys: the one query that an authorized request costs. */
export async function sessionStanding(
  em: EntityManager,
  sessionId: string,
  options: { lock: boolean } = { lock: false },
): Promise<SessionStanding | null> {
  const sql = options.lock ? `${standingSql} for update of s` : standingSql;
  const [row] = await em.execute<StandingRow[]>(sql, [sessionId]);
  if (!row) return null;
  return {
    userId: row.user_id,
    displayName: row.display_name,
    role: row.role,
    tokenVersion: row.token_version,
    organizationId: row.organization_id,
    account: {
      status: row.status,
      suspendedUntil: date(row.suspended_until),
      deletedAt: date(row.deleted_at),
    },
    expiresAt: new Date(row.expires_at),
    revokedAt: date(row.revoked_at),
  };
}

/** An account as a sign-in finds it. */
export interface Credentials {
  userId: string;
  passwordHash: string | null;
  tokenVersion: number;
  account: AccountState;
  lockout: Lockout;
}

interface CredentialsRow {
  id: string;
  password_hash: string | null;
  token_version: number;
  status: AccountState['status'];
  suspended_until: Date | string | null;
  failed_login_attempts: number;
  locked_until: Date | string | null;
}

const credentialsSql = `
  select id, password_hash, token_version, status, suspended_until, failed_login_attempts, locked_until
  from users where email = ? and deleted_at is null`;

/**
 * The account of an e-mail address (lower-case). With `lock`, attempts on one account are judged one after the other;
 * rows that point at the account can still be written meanwhile.
 */
export async function credentialsOf(
  em: EntityManager,
  email: string,
  options: { lock: boolean } = { lock: false },
): Promise<Credentials | null> {
  const sql = options.lock ? `${credentialsSql} for no key update` : credentialsSql;
  const [row] = await em.execute<CredentialsRow[]>(sql, [email]);
  if (!row) return null;
  return {
    userId: row.id,
    passwordHash: row.password_hash,
    tokenVersion: row.token_version,
    account: { status: row.status, suspendedUntil: date(row.suspended_until), deletedAt: null },
    lockout: { failures: row.failed_login_attempts, lockedUntil: date(row.locked_until) },
  };
}

/** Writes an account's counters of wrong passwords. */
export async function saveLockout(em: EntityManager, userId: string, lockout: Lockout): Promise<void> {
  await em.execute('update users set failed_login_attempts = ?, locked_until = ? where id = ?', [
    lockout.failures,
    lockout.lockedUntil,
    userId,
  ]);
}

/** Notes a sign-in and forgets the wrong passwords before it. */
export async function noteSignIn(em: EntityManager, userId: string, now: Date): Promise<void> {
  await em.execute(
    'update users set failed_login_attempts = 0, locked_until = null, last_login_at = ?, last_activity_at = ? where id = ?',
    [now, now, userId],
  );
}
