import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { liveChannel } from '../../shared/live/contract.ts';
import { roleSlugs } from '../../shared/identity/contract.ts';
import type { Permission } from '../../shared/identity/permissions.ts';
import { noteCloseCodes } from '../../shared/notes/contract.ts';
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

/** One id for every name that a contract gives to a parameter or a field. */
type Ids = Record<string, string>;

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

const idOf = (name: string, ids: Ids): string => {
  const id = ids[name];
  if (id === undefined) throw new Error(`tell the walk what :${name} is`);
  return id;
};

const parametersOf = ({ path }: RouteContract): string[] =>
  [...path.matchAll(/:(\w+)/g)].map((match) => match[1] as string);

/** Places in lists that are nobody's to guess, and words to search by, are left out. */
const leftOut = new Set(['cursor', 'q', 'search']);

/** What a contract takes, filled with those ids; instants span all that there is. */
function sampleFor(schema: z.ZodType, ids: Ids): unknown {
  const sample = sampleOf(schema, (name) => ids[name] ?? school.courseId) as Record<string, unknown>;
  if (typeof sample !== 'object' || sample === null) return sample;
  if ('from' in sample && 'to' in sample)
    Object.assign(sample, { from: '2020-01-01T00:00:00.000Z', to: '2040-01-01T00:00:00.000Z' });
  return Object.fromEntries(Object.entries(sample).filter(([name]) => !leftOut.has(name)));
}

async function call(
  contract: RouteContract,
  actor: { accessToken: string } | null,
  ids: Ids = foreign,
): Promise<{ status: number; text: string }> {
  const path = contract.path.replaceAll(/:(\w+)/g, (_, name: string) => idOf(name, ids));
  const query = contract.query ? (sampleFor(contract.query, ids) as object) : {};
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  );
  const headers: Record<string, string> = {};
  if (actor) headers['authorization'] = `Bearer ${actor.accessToken}`;
  let body: string | undefined;
  if (contract.body && !contract.binary) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(sampleFor(contract.body, ids));
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

  it('has a sample of a body and a query that each contract takes', () => {
    const refused = app.contracts
      .filter(({ access }) => access === 'user')
      .flatMap((contract) =>
        [contract.query, contract.body].flatMap((schema) =>
          schema && !contract.binary && !schema.safeParse(sampleFor(schema, foreign)).success
            ? [contract.id]
            : [],
        ),
      );
    expect(refused).toEqual([]);
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
        if (status === 401 && !text.includes('invalid_credentials'))
          wrong.push(`${contract.id}: signed the walker out`);
      }
      expect(wrong).toEqual([]);
      expect(await fingerprint()).toEqual(before);
    },
  );

  it('within the own organization, with ids of the other one in the rest of the path and in the body', async () => {
    const actor = strangers.get('admin') as TestActor;
    const before = await fingerprint();
    const mixed = {
      ...foreign,
      organizationId: await one(`select id from organizations where slug = 'tenant-b'`),
    };
    const wrong: string[] = [];
    for (const contract of app.contracts) {
      if (contract.access !== 'user' || aboutOneself.has(contract.id)) continue;
      const names = parametersOf(contract);
      if (!names.includes('organizationId')) continue;
      const { status, text } = await call(contract, actor, mixed);
      if (status >= 500 && status !== 503) wrong.push(`${contract.id}: ${status}`);
      if (text.includes(marker)) wrong.push(`${contract.id}: tells of the other tenant`);
      if (names.length > 1 && status < 300) wrong.push(`${contract.id}: ${status}`);
    }
    expect(wrong).toEqual([]);
    expect(await fingerprint()).toEqual(before);
  });

  it('with an API key that names everything its owner may', async () => {
    const actor = strangers.get('admin') as TestActor;
    const before = await fingerprint();
    const { status, body } = await actor.rest<{ key: string }>('POST', '/me/api-keys', {
      name: 'walker',
      permissions: actor.user.permissions,
      rateLimitPerMinute: 600,
    });
    expect(status, JSON.stringify(body)).toBe(201);
    const wrong: string[] = [];
    for (const contract of app.contracts.filter(({ access }) => access === 'user')) {
      const answer = await call(contract, { accessToken: body.key });
      if (answer.status < 400) wrong.push(`${contract.id}: ${answer.status}`);
      if (answer.status === 401 || answer.status === 429 || answer.status === 500)
        wrong.push(`${contract.id}: ${answer.status}`);
      if (answer.text.includes(marker)) wrong.push(`${contract.id}: tells of the other tenant`);
      if (!contract.permission && !answer.text.includes('api_key_refused'))
        wrong.push(`${contract.id}: does not refuse the key`);
    }
    expect(wrong).toEqual([]);
    expect(await fingerprint()).toEqual(before);
  });

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

describe('the note of a class, and a file, of another organization', () => {
  it.each(['student', 'instructor', 'admin'])('is not there for a %s', async (role) => {
    const { user, accessToken } = strangers.get(role) as TestActor;
    expect(await app.live.noteAccess(user.id, school.noteId)).toBeNull();
    expect(await app.live.authorizeMedia(user.id, school.sessionId, 'receive')).toBe(false);
    // Their token for a note of their own opens no other one, and an access token opens none.
    for (const token of [accessToken, 'nonsense', '']) {
      const socket = new WebSocket(
        `${app.url.replace('http', 'ws')}/notes/${school.noteId}?token=${encodeURIComponent(token)}`,
      );
      const code = await new Promise((resolve) => socket.once('close', resolve));
      expect([noteCloseCodes.token, noteCloseCodes.rights, noteCloseCodes.missing]).toContain(code);
    }
    const file = await fetch(`${app.url}/api/v1/files/${foreign['fileId']}?key=guessed`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(file.status).toBe(404);
    expect(await file.text()).not.toContain(marker);
  });
});

/** Refusals that say why somebody who has the right in general may not do this one thing. */
const particular =
  /role_level|managed_elsewhere|step_up_required|api_key_refused|identity_unverified|must_change|two_factor/;

describe('a right that a contract names', () => {
  it.each(roleSlugs.filter((slug) => slug !== 'super_admin'))(
    'is what decides for a member who is %s: refused exactly when the policy says no',
    async (role) => {
      const email = `${role}@tenant-a.test`;
      const userId = await createUser(app.databaseUrl, { email, displayName: `A ${role}`, role });
      const actor = await signIn(app.url, email);
      const wrong: string[] = [];
      for (const contract of app.contracts.filter(({ access }) => access === 'user')) {
        const { permission } = contract;
        if (!permission) continue;
        const { on } = permission;
        const subject =
          on === 'system'
            ? { type: 'system' as const }
            : { type: on.type as 'organization', id: idOf(on.param, foreign) };
        const asked = permission.slug as Permission;
        // Before: what is asked for may change what the person is.
        const { allowed } = await app.access.explain(app.db.em(), userId, asked, subject);
        const { status, text } = await call(contract, actor, nothing());
        const refused = (status === 403 && !particular.test(text)) || (status === 404 && !allowed);
        if (allowed && refused && !asksMore.has(contract.id))
          wrong.push(`${contract.id} needs ${asked}: ${status} although the policy says yes`);
        if (!allowed && !refused)
          wrong.push(`${contract.id} needs ${asked}: ${status} although the policy says no`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

/** What is done to a part is asked of the whole: the right on the organization above, or on the installation. */
const asksMore = new Set([
  'organizations.suspend',
  'organizations.reactivate',
  'organizations.remove',
  'organizations.restore',
]);

/** The organization itself, and things that do not exist in it: what is asked is about the right alone, and changes nothing. */
function nothing(): Ids {
  const ids = Object.fromEntries(Object.keys(foreign).map((name) => [name, randomUUID()]));
  return { ...ids, organizationId, courseId: school.courseId, providerId: 'none' };
}
