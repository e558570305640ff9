import type { EntityManager } from '@mikro-orm/postgresql';

/** A profile as it is stored; of an account without one the profile's columns are null. */
export interface ProfileRow {
  first_name: string;
  middle_name: string | null;
  last_name: string;
  display_name: string;
  username: string | null;
  code: string;
  locale: string;
  timezone: string;
  has_password: boolean;
  password_changed_at: Date | string | null;
  bio: string | null;
  date_of_birth: string | null;
  gender: string | null;
  alternate_phone: string | null;
  employee_id: string | null;
  job_title: string | null;
  department: string | null;
  location: string | null;
  address_line_1: string | null;
  address_line_2: string | null;
  city: string | null;
  state_province: string | null;
  postal_code: string | null;
  country: string | null;
  emergency_contact_name: string | null;
  emergency_contact_phone: string | null;
  emergency_contact_relationship: string | null;
  skills: string[] | null;
  social_links: Record<string, string> | null;
  visibility: string | null;
}

/** Somebody's profile. @param lock keeps others from changing it until the transaction ends */
export async function findProfile(
  em: EntityManager,
  userId: string,
  options: { lock: boolean } = { lock: false },
): Promise<ProfileRow | null> {
  const [row] = await em.execute<ProfileRow[]>(
    `select u.first_name, u.middle_name, u.last_name, u.display_name, u.username, u.code, u.locale, u.timezone,
       u.password_hash is not null as has_password, u.password_changed_at,
       p.bio, to_char(p.date_of_birth, 'YYYY-MM-DD') as date_of_birth, p.gender, p.alternate_phone, p.employee_id, p.job_title,
       p.department, p.location, p.address_line_1, p.address_line_2, p.city, p.state_province, p.postal_code, p.country,
       p.emergency_contact_name, p.emergency_contact_phone, p.emergency_contact_relationship, p.skills, p.social_links, p.visibility
     from users u left join user_profiles p on p.user_id = u.id
     where u.id = ? and u.deleted_at is null${options.lock ? ' for no key update of u' : ''}`,
    [userId],
  );
  return row ?? null;
}

const userColumns = [
  'first_name',
  'middle_name',
  'last_name',
  'display_name',
  'username',
  'locale',
  'timezone',
];

/** Writes some columns of account and profile; the names come from the code, never from a request. */
export async function saveProfile(
  em: EntityManager,
  userId: string,
  id: string,
  values: ReadonlyMap<string, unknown>,
  now: Date,
): Promise<void> {
  const entries = [...values];
  const ofUser = entries.filter(([name]) => userColumns.includes(name));
  if (entries.length > 0) {
    const set = [...ofUser.map(([name]) => `${name} = ?`), 'updated_at = ?'].join(', ');
    await em.execute(`update users set ${set} where id = ?`, [
      ...ofUser.map(([, value]) => value),
      now,
      userId,
    ]);
  }
  const ofProfile = entries.filter(([name]) => !userColumns.includes(name));
  if (ofProfile.length === 0) return;
  await em.execute(
    'insert into user_profiles (id, user_id, created_at, updated_at) values (?, ?, ?, ?) on conflict (user_id) do nothing',
    [id, userId, now, now],
  );
  const set = ofProfile.map(([name]) => `${name} = ${fromJson[name] ?? '?'}`).join(', ');
  await em.execute(`update user_profiles set ${set}, updated_at = ? where user_id = ?`, [
    ...ofProfile.map(([name, value]) => (name in fromJson ? JSON.stringify(value) : value)),
    now,
    userId,
  ]);
}

/** What is no plain value is sent as JSON. */
const fromJson: Record<string, string> = {
  social_links: '?::jsonb',
  skills: 'array(select jsonb_array_elements_text(?::jsonb))',
};

export async function isUsernameTaken(em: EntityManager, username: string, userId: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    'select 1 from users where username = ? and id <> ? and deleted_at is null',
    [username, userId],
  );
  return rows.length > 0;
}
