import type { EntityManager } from '@mikro-orm/postgresql';
import { inactiveDays } from '../../../shared/identity/people.ts';
import type { PeopleFilter, PersonStatus } from '../../../shared/identity/people.ts';
import type { MembershipRole } from '../../../shared/identity/contract.ts';

type Instant = Date | string;

/** Somebody as a list shows them. */
export interface PersonRow {
  id: string;
  code: string;
  display_name: string;
  email: string | null;
  phone: string | null;
  avatar_url: string | null;
  role: string;
  status: PersonStatus;
  last_login_at: Instant | null;
  created_at: Instant;
}

/** Somebody with everything that the page about them shows. */
export interface PersonDetailRow extends PersonRow {
  first_name: string;
  last_name: string;
  username: string | null;
  locale: string;
  timezone: string;
  email_verified_at: Instant | null;
  phone_verified_at: Instant | null;
  has_password: boolean;
  must_change_password: boolean;
  two_factor_enabled: boolean;
  suspended_until: Instant | null;
  suspension_reason: string | null;
  locked_until: Instant | null;
  deleted_at: Instant | null;
  anonymized_at: Instant | null;
  sessions: number;
  department: string | null;
  job_title: string | null;
  employee_id: string | null;
  hire_date: string | null;
  manager_id: string | null;
  manager_name: string | null;
  is_primary: boolean;
}

/** What the account is now; the first parameter is the time. A suspension lifts by itself. */
const effectiveStatus = `case when u.deleted_at is not null then 'deleted'
  when u.status = 'suspended' and u.suspended_until <= ? then 'active' else u.status end`;

const personColumns = `u.id, u.code, u.display_name, u.email, u.phone, u.avatar_url, r.slug as role,
  ${effectiveStatus} as status, u.last_login_at, u.created_at`;

// Erased people are nobody any more; a deleted one stays in the organization, where they can be restored.
const membersOf = `organization_memberships m join users u on u.id = m.user_id and u.anonymized_at is null
  join roles r on r.id = u.primary_role_id where m.organization_id = ? and m.left_at is null`;

const hasInProfile = 'exists (select 1 from user_profiles p where p.user_id = u.id and';

/** Percent and underscore are no wildcards in what somebody types. */
const literal = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);

/** Words of a search as PostgreSQL takes them: each a beginning, all of them wanted. Null: there is no word in it. */
export function prefixQuery(text: string): string | null {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? null : words.map((word) => `${word}:*`).join(' & ');
}

/** How a list is sorted: what by, in which direction, and how the value of a cursor is read. */
const sorts: Record<PeopleFilter['sort'], { key: string; down: boolean; type: string }> = {
  name: { key: 'lower(u.display_name)', down: false, type: 'text' },
  last_sign_in: {
    key: `coalesce(u.last_login_at, '-infinity'::timestamptz)`,
    down: true,
    type: 'timestamptz',
  },
  created: { key: 'u.created_at', down: true, type: 'timestamptz' },
};

/** Where a page ended. */
export interface PlaceInList {
  key: string;
  id: string;
}

/** One page of an organization's people, one more than asked for when there are more. */
export async function listPeople(
  em: EntityManager,
  organizationId: string,
  filter: PeopleFilter,
  after: PlaceInList | null,
  now: Date,
): Promise<(PersonRow & { sort_key: string })[]> {
  const { key, down, type } = sorts[filter.sort];
  const where: string[] = [];
  const values: unknown[] = [];
  const add = (sql: string, ...given: unknown[]): void => {
    where.push(sql);
    values.push(...given);
  };
  if (filter.status) add(`(${effectiveStatus}) = ?`, now, filter.status);
  else add('u.deleted_at is null');
  if (filter.role) add('r.slug = ?', filter.role);
  if (filter.signIn === 'never') add('u.last_login_at is null');
  if (filter.signIn === 'inactive')
    add('u.last_login_at <= ?', new Date(now.getTime() - inactiveDays * 86_400_000));
  if (filter.department) add(`${hasInProfile} lower(p.department) = lower(?))`, filter.department);
  if (filter.employeeId) add(`${hasInProfile} lower(p.employee_id) = lower(?))`, filter.employeeId);
  // What somebody shows to nobody is not found either.
  if (filter.skill)
    add(
      `${hasInProfile} lectern_folded(p.skills) @> array[lower(?)] and p.visibility <> 'private')`,
      filter.skill,
    );
  if (filter.q) {
    const begins = `${literal(filter.q.toLowerCase())}%`;
    add(
      `(u.search @@ to_tsquery('simple', ?) or u.email like ? or lower(u.code) like ? or u.phone like ?
        or ${hasInProfile} lower(p.employee_id) = lower(?)))`,
      prefixQuery(filter.q) ?? '',
      begins,
      begins,
      begins,
      filter.q,
    );
  }
  if (after) add(`(${key}, u.id) ${down ? '<' : '>'} (?::${type}, ?::uuid)`, after.key, after.id);
  const direction = down ? 'desc' : 'asc';
  return em.execute(
    `select ${personColumns}, (${key})::text as sort_key from ${membersOf}${where.map((one) => ` and ${one}`).join('')}
     order by ${key} ${direction}, u.id ${direction} limit ?`,
    [now, organizationId, ...values, filter.limit + 1],
  );
}

/** One person of an organization, deleted ones too; null when they are none of its members. */
export async function findPerson(
  em: EntityManager,
  organizationId: string,
  userId: string,
  now: Date,
  lock: '' | 'for no key update of u' = '',
): Promise<PersonDetailRow | null> {
  const [row] = await em.execute<PersonDetailRow[]>(
    `select ${personColumns}, u.first_name, u.last_name, u.username, u.locale, u.timezone, u.email_verified_at, u.phone_verified_at,
       u.password_hash is not null as has_password, u.must_change_password, u.two_factor_enabled, u.suspended_until,
       u.suspension_reason, u.locked_until, u.deleted_at, u.anonymized_at, m.is_primary,
       (select count(*)::int from auth_sessions s where s.user_id = u.id and s.revoked_at is null and s.expires_at > ?) as sessions,
       (select p.department from user_profiles p where p.user_id = u.id) as department,
       (select p.job_title from user_profiles p where p.user_id = u.id) as job_title,
       (select p.employee_id from user_profiles p where p.user_id = u.id) as employee_id,
       (select to_char(p.hire_date, 'YYYY-MM-DD') from user_profiles p where p.user_id = u.id) as hire_date,
       (select p.manager_id from user_profiles p where p.user_id = u.id) as manager_id,
       (select b.display_name from user_profiles p join users b on b.id = p.manager_id where p.user_id = u.id) as manager_name
     from ${membersOf} and u.id = ? ${lock}`,
    [now, now, organizationId, userId],
  );
  return row ?? null;
}

/** An organization that somebody belongs to. */
export interface MembershipRow {
  organization_id: string;
  name: string;
  role: MembershipRole;
  is_primary: boolean;
}

/** Where somebody is a member, the primary organization first. */
export async function membershipsOf(em: EntityManager, userId: string): Promise<MembershipRow[]> {
  return em.execute(
    `select m.organization_id, o.name, m.role, m.is_primary from organization_memberships m
     join organizations o on o.id = m.organization_id and o.deleted_at is null
     where m.user_id = ? and m.left_at is null order by m.is_primary desc, o.name`,
    [userId],
  );
}

/** Gives an account back to its owner: as it was before, if its address was never confirmed. @returns its status then */
export async function reactivate(
  em: EntityManager,
  userId: string,
  now: Date,
): Promise<'active' | 'pending_verification'> {
  const [row] = await em.execute<{ status: 'active' | 'pending_verification' }[]>(
    `update users set status = case when confirm_on_return then 'pending_verification' else 'active' end, confirm_on_return = false,
       suspended_until = null, suspension_reason = null, updated_at = ? where id = ? returning status`,
    [now, userId],
  );
  return row?.status ?? 'active';
}

/** Sets columns of `users`; the names are the code's own. */
export async function setAccount(
  em: EntityManager,
  userId: string,
  columns: Record<string, unknown>,
  now: Date,
): Promise<void> {
  const all = { ...columns, updated_at: now };
  await em.execute(
    `update users set ${Object.keys(all)
      .map((name) => `${name} = ?`)
      .join(', ')} where id = ?`,
    [...Object.values(all), userId],
  );
}

/** Sets columns of `user_profiles`, which an account may not have yet. */
export async function setProfile(
  em: EntityManager,
  userId: string,
  columns: Record<string, unknown>,
  now: Date,
): Promise<void> {
  const names = Object.keys(columns);
  if (names.length === 0) return;
  const values = Object.values(columns);
  await em.execute(
    `insert into user_profiles (user_id, ${names.join(', ')}) values (?, ${names.map(() => '?').join(', ')})
     on conflict (user_id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(', ')}, updated_at = ?`,
    [userId, ...values, now],
  );
}

/** Which of these somebody else has already. */
export async function takenField(
  em: EntityManager,
  userId: string | null,
  fields: { email?: string | null; phone?: string | null; username?: string | null },
): Promise<'email' | 'phone' | 'username' | null> {
  const [row] = await em.execute<{ email: boolean; phone: boolean; username: boolean }[]>(
    `select coalesce(bool_or(email = ?), false) as email, coalesce(bool_or(phone = ?), false) as phone,
       coalesce(bool_or(username = ?), false) as username
     from users where deleted_at is null and id is distinct from ?::uuid and (email = ? or phone = ? or username = ?)`,
    [
      fields.email ?? null,
      fields.phone ?? null,
      fields.username ?? null,
      userId,
      fields.email ?? null,
      fields.phone ?? null,
      fields.username ?? null,
    ],
  );
  if (!row) return null;
  return (['email', 'phone', 'username'] as const).find((name) => row[name]) ?? null;
}

/** What is given away with the account's e-mail address or second factor: links and codes that are out. */
export async function voidProofs(em: EntityManager, userId: string, now: Date): Promise<void> {
  await em.execute(
    'update verification_tokens set invalidated_at = ?, updated_at = ? where user_id = ? and used_at is null and invalidated_at is null',
    [now, now, userId],
  );
}

/** Takes the second factor off an account: its secret and its recovery codes. */
export async function clearSecondFactor(em: EntityManager, userId: string, now: Date): Promise<void> {
  await em.execute('delete from two_factor_recovery_codes where user_id = ?', [userId]);
  await setAccount(
    em,
    userId,
    {
      two_factor_enabled: false,
      two_factor_secret_enc: null,
      two_factor_confirmed_at: null,
      two_factor_last_step: null,
    },
    now,
  );
}
