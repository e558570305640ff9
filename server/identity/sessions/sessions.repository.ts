import type { EntityManager } from '@mikro-orm/postgresql';
import { settingsAround } from '../settings.ts';
import { arrayOf } from '../../kernel/db/array.ts';
import type { RevokeReason } from './auth-session.entity.ts';
import { sessionMs } from './rotation.ts';

/** How many sign-ins a person may have: the strictest of their organizations decides. */
export async function policyOf(em: EntityManager, userId: string): Promise<'single' | 'multiple'> {
  const policies = await settingsAround(em, userId, 'auth.session_policy');
  return policies.includes('single') ? 'single' : 'multiple';
}

/** How long a person's sign-in lasts after its last refresh, in milliseconds: the shortest of their organizations. */
export async function lifeOf(em: EntityManager, userId: string, rememberMe: boolean): Promise<number> {
  const key = rememberMe ? 'auth.remember_ttl_days' : 'auth.refresh_ttl_days';
  return sessionMs(Math.min(...(await settingsAround(em, userId, key))));
}

export async function openSessionIds(em: EntityManager, userId: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    'select id from auth_sessions where user_id = ? and revoked_at is null order by id',
    [userId],
  );
  return rows.map(({ id }) => id);
}

/** How long a sign-in lasts at most, however often it is refreshed: the shortest of their organizations. */
export async function longestLifeOf(em: EntityManager, userId: string): Promise<number> {
  return sessionMs(Math.min(...(await settingsAround(em, userId, 'auth.session_max_days'))));
}

/** Ends what waits for a second factor: whoever had shown the first one begins anew. */
export async function dropHalfDone(em: EntityManager, userId: string): Promise<void> {
  await em.execute(`delete from auth_challenges where purpose = 'mfa' and user_id = ?`, [userId]);
}

/** The kinds of device that somebody has signed in on, as they were told. */
export async function knownDevices(
  em: EntityManager,
  userId: string,
): Promise<{ platform: string | null; browser: string | null }[]> {
  return em.execute('select distinct platform, browser from auth_sessions where user_id = ?', [userId]);
}

/** The organization that looks after an account; for the audit trail. Null: nobody's. */
export async function primaryOrganization(em: EntityManager, userId: string | null): Promise<string | null> {
  const [row] = await em.execute<{ organization_id: string }[]>(
    `select organization_id from organization_memberships
     where user_id = ?::uuid and left_at is null and status = 'active' order by is_primary desc, id limit 1`,
    [userId],
  );
  return row?.organization_id ?? null;
}

/** A sign-in as lists show it. */
export interface DeviceRow {
  id: string;
  user_id: string;
  user_name: string;
  device_type: string | null;
  browser: string | null;
  platform: string | null;
  is_mobile: boolean;
  ip_address: string | null;
  remember_me: boolean;
  created_at: Date | string;
  last_activity_at: Date | string;
  /** `last_activity_at` with all its digits, for the place in the list. */
  place: string;
}

export interface DeviceFilter {
  /** Of whom; or of the people whom an organization looks after. */
  of: { userId: string } | { organizationId: string };
  after: { key: string; id: string } | null;
  limit: number;
  now: Date;
}

/** Sign-ins that stand, the one used last first. */
export async function devices(em: EntityManager, filter: DeviceFilter): Promise<DeviceRow[]> {
  const { of, after, limit, now } = filter;
  const mine = 'userId' in of;
  return em.execute<DeviceRow[]>(
    `select s.id, s.user_id, u.display_name as user_name, s.device_type, s.browser, s.platform, s.is_mobile,
       host(s.ip_address) as ip_address, s.remember_me, s.created_at, s.last_activity_at, to_char(s.last_activity_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place
     from auth_sessions s join users u on u.id = s.user_id and u.deleted_at is null
     where s.revoked_at is null and s.expires_at > ?
       and ${mine ? 's.user_id = ?' : `exists (${lookedAfter})`}
       ${after ? 'and (s.last_activity_at, s.id) < (?::timestamptz, ?::uuid)' : ''}
     order by s.last_activity_at desc, s.id desc limit ?`,
    [now, mine ? of.userId : of.organizationId, ...(after ? [after.key, after.id] : []), limit],
  );
}

const lookedAfter = `select 1 from organization_memberships m
  where m.user_id = s.user_id and m.organization_id = ? and m.is_primary and m.left_at is null and m.status = 'active'`;

/** Whose sign-in it is, if it still stands and is of somebody whom the organization looks after. */
export async function ownerWithin(
  em: EntityManager,
  sessionId: string,
  organizationId: string,
): Promise<string | null> {
  const [row] = await em.execute<{ user_id: string }[]>(
    `select s.user_id from auth_sessions s
     where s.id = ? and s.revoked_at is null and exists (${lookedAfter})`,
    [sessionId, organizationId],
  );
  return row?.user_id ?? null;
}

/** Which of these sign-ins do not stand any more, with the reason. Those that nobody knows are among them. */
export async function endedAmong(
  em: EntityManager,
  sessionIds: readonly string[],
  now: Date,
): Promise<{ id: string; reason: RevokeReason | null }[]> {
  return em.execute<{ id: string; reason: RevokeReason | null }[]>(
    `select wanted.id, s.revoke_reason as reason
     from unnest(?::uuid[]) wanted(id) left join auth_sessions s on s.id = wanted.id
     left join users u on u.id = s.user_id
     where s.id is null or s.revoked_at is not null or s.expires_at <= ? or u.deleted_at is not null
       or u.status in ('inactive', 'pending_verification')
       or (u.status = 'suspended' and (u.suspended_until is null or u.suspended_until > ?))`,
    [arrayOf(sessionIds), now, now],
  );
}

/**
 * Notes that somebody is there. Two statements, and none waits: a request does not stand in line behind a refresh, and
 * cannot end in a deadlock with a sign-in, which locks the same two rows the other way round.
 */
export async function noteActivity(
  em: EntityManager,
  who: { sessionId: string; userId: string },
  now: Date,
): Promise<void> {
  await em.execute(
    `update auth_sessions set last_activity_at = ? where id =
       (select id from auth_sessions where id = ? and last_activity_at < ? for no key update skip locked)`,
    [now, who.sessionId, now],
  );
  await em.execute(
    `update users set last_activity_at = ? where id =
       (select id from users where id = ? and coalesce(last_activity_at, '-infinity') < ? for no key update skip locked)`,
    [now, who.userId, now],
  );
}
