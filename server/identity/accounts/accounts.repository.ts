import type { EntityManager } from '@mikro-orm/postgresql';
import type { Lockout } from '../sign-in/lockout.ts';
import type { AccountState } from './account.ts';
import type { Address } from './address.ts';

/** An account as far as proofs, passwords and addresses are concerned. */
export interface AccountRecord {
  id: string;
  account: AccountState;
  displayName: string;
  email: string | null;
  phone: string | null;
  emailVerified: boolean;
  phoneVerified: boolean;
  passwordHash: string | null;
  tokenVersion: number;
  lockout: Lockout;
}

interface Row {
  id: string;
  status: AccountState['status'];
  suspended_until: Date | string | null;
  display_name: string;
  email: string | null;
  phone: string | null;
  email_verified_at: Date | string | null;
  phone_verified_at: Date | string | null;
  password_hash: string | null;
  token_version: number;
  failed_login_attempts: number;
  locked_until: Date | string | null;
}

const select = `select id, status, suspended_until, display_name, email, phone, email_verified_at, phone_verified_at,
  password_hash, token_version, failed_login_attempts, locked_until from users`;
const lock = ' for no key update';

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

function recordOf(row: Row | undefined): AccountRecord | null {
  if (!row) return null;
  return {
    id: row.id,
    account: { status: row.status, suspendedUntil: date(row.suspended_until), deletedAt: null },
    displayName: row.display_name,
    email: row.email,
    phone: row.phone,
    emailVerified: row.email_verified_at !== null,
    phoneVerified: row.phone_verified_at !== null,
    passwordHash: row.password_hash,
    tokenVersion: row.token_version,
    lockout: { failures: row.failed_login_attempts, lockedUntil: date(row.locked_until) },
  };
}

/** The account that is known by an address, with its row locked. */
export async function lockByAddress(
  em: EntityManager,
  { field, value }: Address,
): Promise<AccountRecord | null> {
  const [row] = await em.execute<Row[]>(`${select} where ${field} = ? and deleted_at is null${lock}`, [
    value,
  ]);
  return recordOf(row);
}

export async function findAccount(em: EntityManager, userId: string): Promise<AccountRecord | null> {
  const [row] = await em.execute<Row[]>(`${select} where id = ? and deleted_at is null`, [userId]);
  return recordOf(row);
}

export async function lockAccount(em: EntityManager, userId: string): Promise<AccountRecord | null> {
  const [row] = await em.execute<Row[]>(`${select} where id = ? and deleted_at is null${lock}`, [userId]);
  return recordOf(row);
}

/** Whether an address belongs to another account. */
export async function isTaken(
  em: EntityManager,
  { field, value }: Address,
  userId: string,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `select 1 from users where ${field} = ? and id <> ? and deleted_at is null`,
    [value, userId],
  );
  return rows.length > 0;
}

/** Stamps an address; an account that waited for it is active then. */
export async function markVerified(
  em: EntityManager,
  userId: string,
  field: Address['field'],
  now: Date,
): Promise<void> {
  await em.execute(
    `update users set ${field}_verified_at = coalesce(${field}_verified_at, ?), updated_at = ?, confirm_on_return = false,
       status = case when status = 'pending_verification' then 'active' else status end where id = ?`,
    [now, now, userId],
  );
}

export async function setAddress(
  em: EntityManager,
  userId: string,
  { field, value }: Address,
  now: Date,
): Promise<void> {
  await em.execute(`update users set ${field} = ?, ${field}_verified_at = ?, updated_at = ? where id = ?`, [
    value,
    now,
    now,
    userId,
  ]);
}

/**
 * Sets a password, forgets wrong ones, and ends what a forced change asked for.
 * @param raise whether all access tokens end with it
 */
export async function setPassword(
  em: EntityManager,
  userId: string,
  hash: string,
  { now, raise }: { now: Date; raise: boolean },
): Promise<void> {
  await em.execute(
    `update users set password_hash = ?, password_changed_at = ?, must_change_password = false, failed_login_attempts = 0,
       locked_until = null, token_version = token_version + ?, updated_at = ? where id = ?`,
    [hash, now, raise ? 1 : 0, now, userId],
  );
}

/** The organization that people join who register by themselves. */
export async function defaultOrganizationId(em: EntityManager): Promise<string> {
  const [row] = await em.execute<{ id: string }[]>(
    `select id from organizations where slug = 'default' and deleted_at is null`,
  );
  if (!row) throw new Error('the default organization is gone');
  return row.id;
}
