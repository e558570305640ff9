import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveChannel } from '../../shared/live/contract.ts';
import { roleSlugs } from '../../shared/identity/contract.ts';
import type { RouteContract } from '../../shared/kernel/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';
import { sampleOf } from './sample.ts';

/** Stands in every text of the other tenant. */
const marker = 'MARKER-OF-TENANT-A';

let app: TestApp;
let school: School;
let organizationId: string;
/** One id of the other tenant for every name that a contract gives to a parameter or a field. */
let foreign: Record<string, string>;
const strangers = new Map<string, TestActor>();
/** What is newer is the walkers' own. */
let ready: Date;

const one = async (statement: string, ...values: unknown[]): Promise<string> => {
  const [row] = await sql<{ id: string }>(app.databaseUrl, statement, values);
  return (row as { id: string }).id;
};

beforeAll(async () => {
  app = await startTestApp({ env: { MEDIASOUP_WORKER_BIN: 'later' } });
  const url = app.databaseUrl;
  organizationId = await one(
    `update organizations set name = $1 where slug = 'default' returning id`,
    marker,
  );
  school = await createSchool(url);
  await sql(url, `update users set display_name = $1 || ' ' || code, first_name = $1`, [marker]);
  await sql(url, `update courses set title = $1, description = $1`, [marker]);
  await sql(url, `update live_sessions set title = $1`, [marker]);
  await sql(url, `insert into organizations (name, slug) values ('Tenant B', 'tenant-b')`);
  const [studentId = ''] = school.studentIds;
  foreign = {
    organizationId,
    userId: studentId,
    parentId: school.teacherId,
    childId: studentId,
    courseId: school.courseId,
    sessionId: school.sessionId,
    documentId: school.noteId,
    subjectId: school.courseId,
    id: school.courseId,
    roleId: await one(
      `insert into roles (organization_id, name, slug) values ($1, $2, 'custom-a') returning id`,
      organizationId,
      marker,
    ),
    authSessionId: await one(
      `insert into auth_sessions (user_id, is_exclusive, expires_at, user_agent) values ($1, false, now() + interval '1 day', $2) returning id`,
      studentId,
      marker,
    ),
    membershipId: await one('select id from organization_memberships where user_id = $1', studentId),
    invitationId: await one(
      `insert into invitations (scope, organization_id, email, token_hash, message, expires_at) values ('organization', $1, 'a@example.org', '\\x00', $2, now() + interval '1 day') returning id`,
      organizationId,
      marker,
    ),
    guardianshipId: await one(
      `insert into guardianships (parent_id, child_id, relationship, status, relationship_note) values ($1, $2, 'other', 'active', $3) returning id`,
      school.teacherId,
      studentId,
      marker,
    ),
    apiKeyId: await one(
      `insert into api_keys (organization_id, user_id, name, key_hash, key_prefix, created_by) values ($1, $2, $3, '\\x01', 'lk_a', $2) returning id`,
      organizationId,
      school.teacherId,
      marker,
    ),
    passkeyId: await one(
      `insert into passkeys (user_id, credential_id, public_key, device_type, name) values ($1, '\\x02', '\\x03', 'singleDevice', $2) returning id`,
      studentId,
      marker,
    ),
    methodId: await one(
      `insert into user_authentication_methods (user_id, provider, issuer, provider_user_id) values ($1, 'oidc', 'https://issuer.example', $2) returning id`,
      studentId,
      marker,
    ),
    fileId: await one(
      `insert into files (organization_id, user_id, filename, original_filename, mime_type, size_bytes, storage_key, status) values ($1, $2, $3, $3, 'image/webp', 1, 'a', 'stored') returning id`,
      organizationId,
      studentId,
      marker,
    ),
    importId: await one(
      `insert into user_imports (organization_id, created_by, file_name, total_rows, valid_rows) values ($1, $2, $3, 1, 1) returning id`,
      organizationId,
      school.teacherId,
      marker,
    ),
    assignmentId: await one('select id from user_roles where user_id = $1', studentId),
    grantId: await one(
      `insert into user_permissions (user_id, permission_id, organization_id) select $1, id, $2 from permissions where slug = 'course.read' returning id`,
      studentId,
      organizationId,
    ),
    challengeId: await one(
      `insert into auth_challenges (purpose, user_id, expires_at) values ('mfa', $1, now() + interval '1 hour') returning id`,
      studentId,
    ),
    providerId: 'none',
  };
  for (const role of roleSlugs.filter((slug) => slug !== 'super_admin')) {
    const email = `${role}@tenant-b.test`;
    await createUser(url, { email, displayName: `B ${role}`, role, organization: 'tenant-b' });
    strangers.set(role, await signIn(app.url, email));
  }
  ready = new Date();
});
afterAll(() => app.destroy());

/** What would end the stranger's own sign-in or account, and with it the walk; it is about nobody else. */
const aboutOneself = new Set([
  'identity.signOut',
  'privacy.deactivate',
  'privacy.erase',
  'sessions.signOutEverywhere',
]);

const idOf = (name: string): string => {
  const id = foreign[name];
  if (id === undefined) throw new Error(`tell the walk what :${name} is`);
  return id;
};

const parametersOf = ({ path }: RouteContract): string[] =>
  [...path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);

async function call(
  contract: RouteContract,
  actor: TestActor | null,
): Promise<{ status: number; text: string }> {
  const path = contract.path.replaceAll(/:(\w+)/g, (_, name: string) => idOf(name));
  const query = contract.query
    ? (sampleOf(contract.query, (name) => foreign[name] ?? school.courseId) as object)
    : {};
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === null || ['cursor', 'q', 'search', 'from', 'to'].includes(name) ? [] : [[name, String(value)]],
    ),
  );
  if (contract.path === '/me/live-sessions') {
    search.set('from', '2020-01-01T00:00:00.000Z');
    search.set('to', '2040-01-01T00:00:00.000Z');
  }
  const headers: Record<string, string> = {};
  if (actor) headers['authorization'] = `Bearer ${actor.accessToken}`;
  let body: string | undefined;
  if (contract.body && !contract.binary) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(sampleOf(contract.body, (name) => foreign[name] ?? school.courseId));
  }
  const answer = await fetch(`${app.url}/api/v1${path}${search.size > 0 ? `?${search}` : ''}`, {
    method: contract.method,
    headers,
    body,
    redirect: 'manual',
  });
  return { status: answer.status, text: await answer.text() };
}

/** Rows of the tenant that nobody else may have touched. */
async function fingerprint(): Promise<unknown> {
  const tables = [
    'courses',
    'live_sessions',
    'enrollments',
    'roles',
    'invitations',
    'guardianships',
    'api_keys',
    'passkeys',
    'user_imports',
    'user_permissions',
  ];
  const parts = await Promise.all(
    tables.map((table) =>
      sql<{ digest: string }>(
        app.databaseUrl,
        `select md5(coalesce(string_agg(t::text, '' order by id), '')) as digest from ${table} t where created_at <= $1`,
        [ready],
      ),
    ),
  );
  const people = await sql<object>(
    app.databaseUrl,
    `select id, email, status, display_name, deleted_at, primary_role_id from users where display_name like $1 order by id`,
    [`${marker}%`],
  );
  return { people, tables: Object.fromEntries(tables.map((table, index) => [table, parts[index]])) };
}

describe('every REST operation, for somebody of another organization', () => {
  it('names parameters that the walk knows', () => {
    expect(app.contracts.length).toBeGreaterThan(100);
    const unknown = app.contracts
      .flatMap((contract) => parametersOf(contract))
      .filter((name) => foreign[name] === undefined);
    expect([...new Set(unknown)]).toEqual([]);
  });

  it.each(['student', 'parent', 'moderator', 'instructor', 'admin'])(
    'as %s: nothing is answered, changed or told',
    async (role) => {
      const actor = strangers.get(role) as TestActor;
      const before = await fingerprint();
      const wrong: string[] = [];
      for (const contract of app.contracts) {
        if (contract.access !== 'user' || aboutOneself.has(contract.id)) continue;
        const { status, text } = await call(contract, actor);
        if (status >= 500 && status !== 503) wrong.push(`${contract.id}: ${status}`);
        if (text.includes(marker)) wrong.push(`${contract.id}: tells of the other tenant`);
        const about = parametersOf(contract).filter((name) => name !== 'providerId');
        if (about.length > 0 && status < 300) wrong.push(`${contract.id}: ${status}`);
        if (status === 401 && !text.includes('invalid_credentials')) wrong.push(`${contract.id}: signed the walker out`);
      }
      expect(wrong).toEqual([]);
      expect(await fingerprint()).toEqual(before);
    },
  );

  it('without a sign-in: 401 for everything that needs one', async () => {
    const wrong: string[] = [];
    for (const contract of app.contracts.filter(({ access }) => access === 'user')) {
      const { status } = await call(contract, null);
      if (status !== 401) wrong.push(`${contract.id}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('every event of /live, for somebody of another organization', () => {
  it.each(['student', 'admin'])(
    'as %s: there is no such class, and nothing works outside one',
    async (role) => {
      const actor = strangers.get(role) as TestActor;
      const socket = await LiveSocket.connect(app.url, actor.accessToken);
      const answers: Record<string, string> = {};
      for (const [name, event] of Object.entries(liveChannel.events)) {
        const input = sampleOf(event.input, (field) => foreign[field] ?? school.sessionId);
        const reply = await socket.send(name, input);
        if (reply.ok && name !== 'leave') answers[name] = 'ok';
        if (JSON.stringify(reply).includes(marker)) answers[name] = 'tells of the other tenant';
      }
      socket.close();
      expect(answers).toEqual({});
    },
  );
});

describe('a right that a contract names', () => {
  it('is what decides inside the own organization', async () => {
    const wrong: string[] = [];
    for (const role of ['student', 'parent'] as const) {
      const email = `${role}@tenant-a.test`;
      await createUser(app.databaseUrl, { email, displayName: `A ${role}`, role });
      const actor = await signIn(app.url, email);
      for (const contract of app.contracts) {
        const { permission } = contract;
        if (!permission || permission.slug === 'organization.read' || contract.access !== 'user') continue;
        if (actor.user.permissions.includes(permission.slug as never)) continue;
        const { status } = await call(contract, actor);
        if (status < 400) wrong.push(`${contract.id} as ${role}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
