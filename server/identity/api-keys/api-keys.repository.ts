import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../kernel/db/array.ts';
import type { AccountState } from '../accounts/account.ts';

type Instant = Date | string;

/** A key without its hash. */
export interface ApiKeyRow {
  id: string;
  name: string;
  key_prefix: string;
  permissions: string[];
  allowed_ips: string[];
  rate_limit_per_minute: number;
  created_at: Instant;
  expires_at: Instant | null;
  last_used_at: Instant | null;
  /** bigint, which the driver leaves as text */
  usage_count: string;
  organization_id: string | null;
  owner_id: string;
  owner_name: string;
}

const select = `select k.id, k.name, k.key_prefix, k.permissions, k.allowed_ips, k.rate_limit_per_minute, k.created_at,
    k.expires_at, k.last_used_at, k.usage_count, k.organization_id, u.id as owner_id, u.display_name as owner_name
  from api_keys k join users u on u.id = k.user_id where k.is_active`;

/** Somebody's keys that were not revoked, newest first. */
export function keysOf(em: EntityManager, userId: string): Promise<ApiKeyRow[]> {
  return em.execute<ApiKeyRow[]>(`${select} and k.user_id = ? order by k.id desc`, [userId]);
}

/** Those of an organization. */
export function keysIn(
  em: EntityManager,
  organizationId: string,
  page: { cursor?: string; limit: number },
): Promise<ApiKeyRow[]> {
  return em.execute<ApiKeyRow[]>(
    `${select} and k.organization_id = ? and (?::uuid is null or k.id < ?) order by k.id desc limit ?`,
    [organizationId, page.cursor ?? null, page.cursor ?? null, page.limit],
  );
}

/** One key that was not revoked; locked. */
export async function lockKey(em: EntityManager, id: string): Promise<ApiKeyRow | null> {
  const [row] = await em.execute<ApiKeyRow[]>(`${select} and k.id = ? for update of k`, [id]);
  return row ?? null;
}

export async function findKey(em: EntityManager, id: string): Promise<ApiKeyRow | null> {
  const [row] = await em.execute<ApiKeyRow[]>(`${select} and k.id = ?`, [id]);
  return row ?? null;
}

/** How many keys somebody has. Locks the person: two new keys at the same time are counted one after the other. */
export async function countKeys(em: EntityManager, userId: string): Promise<number> {
  await em.execute('select 1 from users where id = ? for no key update', [userId]);
  const [row] = await em.execute<{ n: string }[]>(
    'select count(*) as n from api_keys where user_id = ? and is_active',
    [userId],
  );
  return Number(row?.n ?? 0);
}

export interface NewKeyRow {
  id: string;
  organizationId: string | null;
  userId: string;
  name: string;
  hash: Buffer;
  prefix: string;
  permissions: readonly string[];
  allowedIps: readonly string[];
  limits: { perMinute: number; perHour: number; perDay: number };
  expiresAt: Date | null;
}

export async function insertKey(em: EntityManager, key: NewKeyRow, now: Date): Promise<void> {
  await em.execute(
    `insert into api_keys (id, organization_id, user_id, name, key_hash, key_prefix, permissions, allowed_ips,
       rate_limit_per_minute, rate_limit_per_hour, rate_limit_per_day, expires_at, created_by, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?::text[], ?::text[], ?, ?, ?, ?, ?, ?, ?)`,
    [
      key.id,
      key.organizationId,
      key.userId,
      key.name,
      key.hash,
      key.prefix,
      arrayOf(key.permissions),
      arrayOf(key.allowedIps),
      key.limits.perMinute,
      key.limits.perHour,
      key.limits.perDay,
      key.expiresAt,
      key.userId,
      now,
      now,
    ],
  );
}

export async function revokeKey(em: EntityManager, id: string, by: string, now: Date): Promise<void> {
  await em.execute(
    'update api_keys set is_active = false, revoked_by = ?, revoked_at = ?, updated_at = ? where id = ?',
    [by, now, now, id],
  );
}

/** A key in use, and whose it is. */
export interface KeyStanding {
  id: string;
  active: boolean;
  expiresAt: Date | null;
  permissions: string[];
  allowedIps: string[];
  limits: { perMinute: number; perHour: number; perDay: number };
  organizationId: string | null;
  owner: { id: string; role: string; displayName: string; account: AccountState };
}

interface StandingRow {
  id: string;
  is_active: boolean;
  expires_at: Instant | null;
  permissions: string[];
  allowed_ips: string[];
  rate_limit_per_minute: number;
  rate_limit_per_hour: number;
  rate_limit_per_day: number;
  organization_id: string | null;
  user_id: string;
  role: string;
  display_name: string;
  status: AccountState['status'];
  suspended_until: Instant | null;
  deleted_at: Instant | null;
}

const date = (value: Instant | null): Date | null => (value === null ? null : new Date(value));

/** A key by its hash, in one statement. */
export async function keyStanding(em: EntityManager, hash: Buffer): Promise<KeyStanding | null> {
  const [row] = await em.execute<StandingRow[]>(
    `select k.id, k.is_active, k.expires_at, k.permissions, k.allowed_ips, k.rate_limit_per_minute, k.rate_limit_per_hour,
       k.rate_limit_per_day, k.organization_id, u.id as user_id, r.slug as role, u.display_name, u.status, u.suspended_until, u.deleted_at
     from api_keys k join users u on u.id = k.user_id join roles r on r.id = u.primary_role_id where k.key_hash = ?`,
    [hash],
  );
  if (!row) return null;
  return {
    id: row.id,
    active: row.is_active,
    expiresAt: date(row.expires_at),
    permissions: row.permissions,
    allowedIps: row.allowed_ips,
    limits: {
      perMinute: row.rate_limit_per_minute,
      perHour: row.rate_limit_per_hour,
      perDay: row.rate_limit_per_day,
    },
    organizationId: row.organization_id,
    owner: {
      id: row.user_id,
      role: row.role,
      displayName: row.display_name,
      account: {
        status: row.status,
        suspendedUntil: date(row.suspended_until),
        deletedAt: date(row.deleted_at),
      },
    },
  };
}

/** Uses of one key that are to be written. */
export interface Usage {
  id: string;
  count: number;
  lastUsedAt: Date;
}

/** Adds them up in one statement. */
export async function addUsage(em: EntityManager, uses: readonly Usage[]): Promise<void> {
  await em.execute(
    `update api_keys k set usage_count = k.usage_count + n.count, last_used_at = greatest(k.last_used_at, n.at)
     from (select (x->>'id')::uuid as id, (x->>'count')::bigint as count, (x->>'lastUsedAt')::timestamptz as at
           from jsonb_array_elements(?::jsonb) x order by 1) n where n.id = k.id`,
    [JSON.stringify(uses)],
  );
}
