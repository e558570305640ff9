import type { EntityManager } from '@mikro-orm/postgresql';
import type { AccountState } from '../accounts/account.ts';
import type { PendingDuty } from '../../../shared/kernel/contract.ts';
import type { RevokeReason } from '../sessions/auth-session.entity.ts';
import { readSetting } from '../settings.ts';
import { pendingDuty } from './duties.ts';
import type { DutyFacts } from './duties.ts';
import { noLockout } from './lockout.ts';
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
  signedInAt: Date;
  expiresAt: Date;
  rememberMe: boolean;
  lastActivityAt: Date;
  revokedAt: Date | null;
  revokeReason: RevokeReason | null;
  /** What has to be done before anything else is answered. */
  pending: PendingDuty | null;
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
  signed_in_at: Date | string;
  expires_at: Date | string;
  revoked_at: Date | string | null;
  revoke_reason: RevokeReason | null;
  remember_me: boolean;
  last_activity_at: Date | string;
  mfa_verified_at: Date | string | null;
  must_change_password: boolean;
  two_factor_enabled: boolean;
  held_roles: string[];
  required_roles: (string | null)[];
}

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

const standingSql = `
  select u.id as user_id, u.display_name, r.slug as role, u.token_version, u.status, u.suspended_until, u.deleted_at,
    s.created_at as signed_in_at, s.expires_at, s.revoked_at, s.revoke_reason, s.remember_me, s.last_activity_at, s.mfa_verified_at,
    u.must_change_password, u.two_factor_enabled,
    array(select held.slug from user_roles given join roles held on held.id = given.role_id
      where given.user_id = u.id and given.revoked_at is null and (given.expires_at is null or given.expires_at > ?)) as held_roles,
    array(select coalesce(own.value, everywhere.value)
      from (select m.organization_id from organization_memberships m
            where m.user_id = u.id and m.left_at is null and m.status = 'active' union all select null) scope
      left join system_settings own on own.organization_id = scope.organization_id
        and own.category = 'auth' and own.key_name = 'two_factor_required_roles'
      left join system_settings everywhere on everywhere.organization_id is null
        and everywhere.category = 'auth' and everywhere.key_name = 'two_factor_required_roles') as required_roles,
    (select m.organization_id from organization_memberships m
     where m.user_id = u.id and m.left_at is null and m.status = 'active'
     order by m.organization_id = s.active_organization_id desc nulls last, m.is_primary desc, m.id limit 1) as organization_id
  from auth_sessions s join users u on u.id = s.user_id join roles r on r.id = u.primary_role_id
  where s.id = ?`;

/** A sign-in and its account, by the primary keys: the one query that an authorized request costs. */
export async function sessionStanding(
  em: EntityManager,
  sessionId: string,
  now: Date,
  options: { lock: boolean } = { lock: false },
): Promise<SessionStanding | null> {
  const sql = options.lock ? `${standingSql} for update of s` : standingSql;
  const [row] = await em.execute<StandingRow[]>(sql, [now, sessionId]);
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
    signedInAt: new Date(row.signed_in_at),
    expiresAt: new Date(row.expires_at),
    rememberMe: row.remember_me,
    lastActivityAt: new Date(row.last_activity_at),
    revokedAt: date(row.revoked_at),
    revokeReason: row.revoke_reason,
    pending: pendingDuty(dutyFacts(row)),
  };
}

const dutyFacts = (row: StandingRow): DutyFacts => ({
  mustChangePassword: row.must_change_password,
  // A sign-in with a passkey was both factors.
  hasSecondFactor: row.two_factor_enabled || row.mfa_verified_at !== null,
  roles: [row.role, ...row.held_roles],
  requiredRoles: row.required_roles.map((stored) => readSetting('auth.two_factor_required_roles', stored)),
});

/** An account as a sign-in finds it. */
export interface Credentials {
  userId: string;
  passwordHash: string | null;
  tokenVersion: number;
  account: AccountState;
  /** It was suspended before its address was confirmed, and waits for that again when the suspension has lifted. */
  confirmOnReturn: boolean;
  lockout: Lockout;
}

interface CredentialsRow {
  id: string;
  password_hash: string | null;
  token_version: number;
  status: AccountState['status'];
  suspended_until: Date | string | null;
  confirm_on_return: boolean;
  failed_login_attempts: number;
  locked_until: Date | string | null;
}

/** The column that somebody is looked up by, from what they typed. */
export type IdentifierField = 'email' | 'phone' | 'username';

const credentialsSql = (field: IdentifierField): string => `
  select id, password_hash, token_version, status, suspended_until, confirm_on_return, failed_login_attempts, locked_until
  from users where ${field} = ? and deleted_at is null`;

/**
 * The account of an e-mail address, username (both in lower case) or phone number (E.164). With `lock`, attempts on one account are judged one after the other;
 * rows that point at the account can still be written meanwhile.
 */
export async function credentialsOf(
  em: EntityManager,
  { field, value }: { field: IdentifierField; value: string },
  options: { lock: boolean } = { lock: false },
): Promise<Credentials | null> {
  const sql = options.lock ? `${credentialsSql(field)} for no key update` : credentialsSql(field);
  const [row] = await em.execute<CredentialsRow[]>(sql, [value]);
  if (!row) return null;
  return toCredentials(row);
}

const toCredentials = (row: CredentialsRow): Credentials => ({
  userId: row.id,
  passwordHash: row.password_hash,
  tokenVersion: row.token_version,
  account: { status: row.status, suspendedUntil: date(row.suspended_until), deletedAt: null },
  confirmOnReturn: row.confirm_on_return,
  lockout: { failures: row.failed_login_attempts, lockedUntil: date(row.locked_until) },
});

/** An account that proves again who it is, or shows its second factor. */
export interface PersonProof {
  userId: string;
  passwordHash: string | null;
  tokenVersion: number;
  account: AccountState;
  lockout: Lockout;
  /** Their own, such as STU10001. */
  code: string;
  /** The primary one. */
  organizationId: string | null;
}

/** Null: no such account, or a deleted one. */
export async function personProof(em: EntityManager, userId: string): Promise<PersonProof | null> {
  const [row] = await em.execute<(CredentialsRow & { code: string; organization_id: string | null })[]>(
    `select u.id, u.code, u.password_hash, u.token_version, u.status, u.suspended_until, u.confirm_on_return, u.failed_login_attempts, u.locked_until,
       (select m.organization_id from organization_memberships m
        where m.user_id = u.id and m.left_at is null and m.status = 'active' order by m.is_primary desc, m.id limit 1) as organization_id
     from users u where u.id = ? and u.deleted_at is null`,
    [userId],
  );
  if (!row) return null;
  return { ...toCredentials(row), code: row.code, organizationId: row.organization_id };
}

/** Whether a role of the person demands a second factor, set up or not. */
export async function requiresSecondFactor(
  em: EntityManager,
  sessionId: string,
  now: Date,
): Promise<boolean> {
  const [row] = await em.execute<StandingRow[]>(standingSql, [now, sessionId]);
  return (
    row !== undefined &&
    pendingDuty({ ...dutyFacts(row), mustChangePassword: false, hasSecondFactor: false }) !== null
  );
}

/** An account's counters of wrong passwords and codes, locked: attempts on one account are judged one after the other. */
export async function lockLockout(em: EntityManager, userId: string): Promise<Lockout> {
  const [row] = await em.execute<Pick<CredentialsRow, 'failed_login_attempts' | 'locked_until'>[]>(
    'select failed_login_attempts, locked_until from users where id = ? for no key update',
    [userId],
  );
  return row ? { failures: row.failed_login_attempts, lockedUntil: date(row.locked_until) } : noLockout;
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
