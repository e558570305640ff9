import { createHash, randomBytes } from 'node:crypto';
import type { Audit } from '../audit/index.ts';
import type { Organization, User } from '../identity/index.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { studentEmail } from './people.ts';

interface TracesDeps {
  clock: Clock;
  audit: Pick<Audit, 'record'>;
}

type Find = (email: string) => User;

const hour = 3_600_000;
const day = 24 * hour;
/** The hash of a secret that nobody has: the link of an invitation that can only be sent anew. */
export const nobodys = (): Buffer => createHash('sha256').update(randomBytes(32)).digest();

/** Where somebody is signed in besides here. Addresses are of networks that documentation uses (RFC 5737). */
interface Device {
  email: string;
  agent: string;
  browser: string;
  platform: string;
  type: 'desktop' | 'mobile' | 'tablet';
  address: string;
  /** Signed in so many hours ago, and used last. */
  since: number;
  used: number;
  /** It was signed out in the meantime. */
  over?: true;
}

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';
const chrome = { browser: 'Chrome 141', agent: `${windows} Chrome/141.0.0.0 Safari/537.36` };
const iphone = {
  browser: 'Safari 26',
  platform: 'iOS 26',
  agent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
};
const android = {
  browser: 'Chrome 141',
  platform: 'Android 16',
  agent:
    'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
};

const devices: readonly Device[] = [
  {
    email: 'teacher@lectern.test',
    ...chrome,
    platform: 'Windows',
    type: 'desktop',
    address: '192.0.2.41',
    since: 190,
    used: 3,
  },
  {
    email: 'teacher@lectern.test',
    ...iphone,
    type: 'mobile',
    address: '198.51.100.23',
    since: 700,
    used: 14,
  },
  {
    email: 'teacher@lectern.test',
    ...chrome,
    platform: 'Windows',
    type: 'desktop',
    address: '192.0.2.77',
    since: 400,
    used: 330,
    over: true,
  },
  { email: 'student1@lectern.test', ...android, type: 'mobile', address: '203.0.113.9', since: 260, used: 2 },
  {
    email: 'student2@lectern.test',
    ...chrome,
    platform: 'Windows',
    type: 'desktop',
    address: '192.0.2.118',
    since: 51,
    used: 27,
  },
  {
    email: 'admin@lectern.test',
    ...chrome,
    platform: 'Windows',
    type: 'desktop',
    address: '192.0.2.10',
    since: 98,
    used: 20,
  },
  { email: 'parent@lectern.test', ...iphone, type: 'mobile', address: '203.0.113.64', since: 520, used: 45 },
];

/** Writes into the audit trail what the administrator did. */
type RecordDeed = (
  action: string,
  category: 'data_change' | 'security' | 'authorization',
  about: {
    type: string;
    id: string;
    organizationId?: string;
    old?: Record<string, unknown>;
    new?: Record<string, unknown>;
  },
) => void;

/**
 * What the school's year has left behind: sign-ins on other devices, an API key, somebody who is suspended, an exam centre
 * where one device at a time is the rule, invitations in every state, and the audit trail of what its administrator did.
 * No account has a second factor: whoever tries the demo has not got the phone for it, and sets one up in a minute.
 */
export async function createTraces(
  deps: TracesDeps,
  tx: Transaction,
  school: Organization,
  person: Find,
): Promise<void> {
  const admin = person('admin@lectern.test');
  let authSessionId = '';
  for (const device of devices) {
    const id = await createDevice(deps, tx, person, device);
    if (device.email === admin.email) authSessionId = id;
  }
  const actor: UserActor = {
    kind: 'user',
    userId: admin.id,
    authSessionId,
    role: 'admin',
    displayName: admin.displayName,
    organizationId: school.id,
  };
  const record: RecordDeed = (action, category, about) =>
    deps.audit.record(tx, {
      actor,
      action,
      category,
      severity: category === 'data_change' ? 'medium' : 'high',
      organizationId: about.organizationId ?? school.id,
      resourceType: about.type,
      resourceId: about.id,
      old: about.old,
      new: about.new,
    });
  await createExamCentre(tx, school, person, record);
  await createKeys(deps, tx, school, admin, record);
  await suspend(deps, tx, person(studentEmail(17)), record);
  await createInvitations(tx, school, admin, record);
}

async function createDevice(
  { clock }: TracesDeps,
  { em }: Transaction,
  person: Find,
  { email, agent, browser, platform, type, address, since, used, over }: Device,
): Promise<string> {
  const ago = (hours: number): Date => new Date(clock.now().getTime() - hours * hour);
  const [row] = await em.execute<{ id: string }[]>(
    `insert into auth_sessions (user_id, is_exclusive, remember_me, ip_address, user_agent, device_type, browser, platform, is_mobile,
       last_activity_at, expires_at, created_at, revoked_at, revoke_reason)
     values (?, false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
    [
      person(email).id,
      type !== 'desktop',
      address,
      agent,
      type,
      browser,
      platform,
      type === 'mobile',
      ago(used),
      new Date(clock.now().getTime() + 20 * day),
      ago(since),
      over ? ago(used) : null,
      over ? 'logout' : null,
    ],
  );
  return row?.id ?? '';
}

/** A part of the school where a second sign-in ends the first: two students are in it. */
async function createExamCentre(
  { em }: Transaction,
  school: Organization,
  person: Find,
  record: RecordDeed,
): Promise<void> {
  const [centre] = await em.execute<{ id: string }[]>(
    `insert into organizations (parent_id, name, slug, type, description) values (?, 'Exam centre', 'riverside-exams', 'department', 'One device at a time') returning id`,
    [school.id],
  );
  const id = centre?.id ?? '';
  for (const number of [16, 18])
    await em.execute(
      'insert into organization_memberships (user_id, organization_id, title) values (?, ?, ?)',
      [person(studentEmail(number)).id, id, 'Candidate'],
    );
  await em.execute(
    `insert into system_settings (organization_id, category, key_name, value, data_type) values (?, 'auth', 'session_policy', 'single', 'string')`,
    [id],
  );
  record('organization.created', 'data_change', { type: 'organization', id, new: { name: 'Exam centre' } });
  record('organization.settings_changed', 'security', {
    type: 'organization',
    id,
    old: { 'auth.session_policy': null },
    new: { 'auth.session_policy': 'single' },
  });
}

/** One key that a program uses, and one that nobody should use any more. Nobody knows either of them. */
async function createKeys(
  { clock }: TracesDeps,
  { em }: Transaction,
  school: Organization,
  admin: User,
  record: RecordDeed,
): Promise<void> {
  const now = clock.now().getTime();
  const ago = (days: number): Date => new Date(now - days * day);
  const keys = [
    {
      name: 'Timetable display in the hall',
      prefix: 'lk_h7Qd2mXa',
      permissions: ['course.read'],
      made: 61,
      used: new Date(now - 4 * 60_000),
      count: 8412,
      over: null,
    },
    {
      name: 'Old school register',
      prefix: 'lk_Zk81bTwe',
      permissions: ['course.read', 'enrollment.read'],
      made: 240,
      used: ago(93),
      count: 1377,
      over: ago(90),
    },
  ];
  for (const { name, prefix, permissions, made, used, count, over } of keys) {
    const [key] = await em.execute<{ id: string }[]>(
      `insert into api_keys (organization_id, user_id, name, key_hash, key_prefix, permissions, created_by, created_at, expires_at, last_used_at,
         usage_count, is_active, revoked_at, revoked_by, revoke_reason)
       values (?, ?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)), ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`,
      [
        school.id,
        admin.id,
        name,
        nobodys(),
        prefix,
        JSON.stringify(permissions),
        admin.id,
        ago(made),
        new Date(now + 120 * day),
        used,
        count,
        over === null,
        over,
        over && admin.id,
        over && 'replaced',
      ],
    );
    record('api_key.created', 'security', {
      type: 'api_key',
      id: key?.id ?? '',
      new: { name, prefix, permissions, ownerId: admin.id },
    });
  }
}

/** Until the day after tomorrow: who tries the account is told why. */
async function suspend(
  { clock }: TracesDeps,
  { em }: Transaction,
  student: User,
  record: RecordDeed,
): Promise<void> {
  const until = new Date(clock.now().getTime() + 2 * day);
  const reason = 'Shared the password with the whole class';
  await em.execute(
    `update users set status = 'suspended', suspended_until = ?, suspension_reason = ? where id = ?`,
    [until, reason, student.id],
  );
  record('user.suspended', 'security', {
    type: 'user',
    id: student.id,
    old: { status: 'active' },
    new: { status: 'suspended', until: until.toISOString(), reason },
  });
}

/** Beside the one that waits: accepted, declined, and too late. */
async function createInvitations(
  { em }: Transaction,
  school: Organization,
  admin: User,
  record: RecordDeed,
): Promise<void> {
  const invitations = [
    ['okafor@lectern.test', 'instructor', 'accepted', 200],
    ['guest.lecturer@example.org', 'instructor', 'declined', 30],
    ['substitute@example.org', 'instructor', 'expired', 40],
    ['parents.council@example.org', 'parent', 'pending', 2],
  ] as const;
  for (const [email, role, status, days] of invitations) {
    const [row] = await em.execute<{ id: string }[]>(
      `insert into invitations (scope, organization_id, email, grant_role, token_hash, status, invited_by, accepted_by, accepted_at, declined_at, expires_at, created_at)
       select 'organization', ?, ?::text, ?, ?, ?::text, ?, case when s = 'accepted' then (select id from users where email = ?) end,
         case when s = 'accepted' then at + interval '1 day' end, case when s = 'declined' then at + interval '2 days' end, at + interval '14 days', at
       from (select ?::text as s, now() - make_interval(days => ?) as at) given returning id`,
      [school.id, email, role, nobodys(), status, admin.id, email, status, days],
    );
    record('invitation.sent', 'authorization', {
      type: 'invitation',
      id: row?.id ?? '',
      new: { email, grantRole: role, membershipRole: 'member' },
    });
  }
}
