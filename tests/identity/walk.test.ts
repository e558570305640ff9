import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import pg from 'pg';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import sharp from 'sharp';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { roleSlugs } from '../../shared/identity/contract.ts';
import type { Permission } from '../../shared/identity/permissions.ts';
import { noteCloseCodes } from '../../shared/notes/contract.ts';
import type { ChannelContract, EventContract, RouteContract } from '../../shared/kernel/contract.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createCourse, createSchool, createUser, enroll, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import type { Reply } from '../support/socket.ts';
import { sampleOf } from './sample.ts';

// One test walks all operations.
vi.setConfig({ testTimeout: 90_000 });

/** Stands in every text of the other tenant. */
const marker = 'MARKER-OF-TENANT-A';

/** One id for every name that a contract gives to a parameter or a field. */
type Ids = Record<string, string>;

let app: TestApp;
let school: School;
let organizationId: string;
/** One id of the other tenant for every name that a contract gives to a parameter or a field. */
let foreign: Record<string, string>;
/** The strangers' own organization, and a running class in it. */
let own: { organizationId: string; courseId: string; sessionId: string; documentId: string };
const strangers = new Map<string, TestActor>();
/** Looks at all tables, over and over: a connection of its own knows them by then. */
let watcher: pg.Client;

/** Everybody of another organization: each role that it has, and one of its own that may do everything there is to do in it. */
const strangerRoles = [...roleSlugs.filter((slug) => slug !== 'super_admin'), 'everything'];

const one = async (statement: string, ...values: unknown[]): Promise<string> => {
  const [row] = await sql<{ id: string }>(app.databaseUrl, statement, values);
  return (row as { id: string }).id;
};

beforeAll(async () => {
  app = await startTestApp({ env: { MEDIASOUP_WORKER_BIN: 'later' } });
  const url = app.databaseUrl;
  watcher = new pg.Client({ connectionString: url });
  await watcher.connect();
  organizationId = await one(
    `update organizations set name = $1 where slug = 'default' returning id`,
    marker,
  );
  school = await createSchool(url);
  await sql(url, `update users set display_name = $1 || ' ' || code, first_name = $1`, [marker]);
  await sql(url, `update courses set title = $1, description = $1`, [marker]);
  // That nobody leads it the server has noted already: it does nothing by itself any more.
  await sql(
    url,
    `update live_sessions set title = $1, unled_since = now() - interval '1 minute', guarded_at = now()`,
    [marker],
  );
  await sql(url, `insert into organizations (name, slug) values ('Tenant B', 'tenant-b')`);
  const [studentId = ''] = school.studentIds;
  foreign = {
    organizationId,
    userId: studentId,
    parentId: school.teacherId,
    managerId: school.teacherId,
    resourceId: school.courseId,
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
    courseInvitationId: await one(
      `insert into invitations (scope, organization_id, course_id, email, grant_role, token_hash, message, expires_at) values ('course', $1, $2, 'b@example.org', 'student', '\\x04', $3, now() + interval '1 day') returning id`,
      organizationId,
      school.courseId,
      marker,
    ),
    guestInvitationId: await one(
      `insert into invitations (scope, organization_id, live_session_id, email, grant_role, token_hash, message, expires_at) values ('live_session', $1, $2, 'c@example.org', 'student', '\\x05', $3, now() + interval '1 day') returning id`,
      organizationId,
      school.sessionId,
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
    fieldId: await one(
      `insert into custom_field_definitions (organization_id, entity_type, field_key, label, created_by) values ($1, 'user_profile', 'of_a', $2, $3) returning id`,
      organizationId,
      marker,
      school.teacherId,
    ),
    categoryId: await one(
      `with made as (insert into course_categories (organization_id, name, slug) values ($1, $2, 'of-a') returning id)
       insert into course_category_links (course_id, category_id) select $3, id from made returning category_id as id`,
      organizationId,
      marker,
      school.courseId,
    ),
    providerId: 'none',
    slug: 'of-a',
  };
  foreign['parentRoleId'] = idOf('roleId', foreign);
  foreign['ids'] = idOf('fieldId', foreign);
  foreign['userIds'] = studentId;
  foreign['categoryIds'] = foreign['primaryId'] = idOf('categoryId', foreign);
  await settleStrangers(url);
});

/** Tenant B: its people, and a course with a running class that they are all in. */
async function settleStrangers(url: string): Promise<void> {
  const tenantB = await one(`select id from organizations where slug = 'tenant-b'`);
  const ids: Record<string, string> = {};
  for (const role of strangerRoles) {
    const isCustom = role === 'everything';
    ids[role] = await createUser(url, {
      email: `${role}@tenant-b.test`,
      displayName: `B ${role}`,
      role: isCustom ? 'student' : role,
      organization: 'tenant-b',
    });
  }
  const everything = await one(
    `insert into roles (organization_id, name, slug, level) values ($1, 'Everything', 'everything', 90) returning id`,
    tenantB,
  );
  await sql(
    url,
    `insert into role_permissions (role_id, permission_id, granted) select $1, id, true from permissions`,
    [everything],
  );
  await sql(url, `insert into user_roles (user_id, role_id, organization_id) values ($1, $2, $3)`, [
    ids['everything'],
    everything,
    tenantB,
  ]);
  const courseId = await createCourse(url, ids['instructor'] ?? '', 'Course of B');
  await sql(url, 'update courses set organization_id = $2 where id = $1', [courseId, tenantB]);
  for (const [role, id] of Object.entries(ids)) if (role !== 'instructor') await enroll(url, id, courseId);
  const { sessionId, noteId } = await createClass(url, { courseId, teacherId: ids['instructor'] ?? '' });
  own = { organizationId: tenantB, courseId, sessionId, documentId: noteId };
  for (const role of strangerRoles) strangers.set(role, await signIn(app.url, `${role}@tenant-b.test`));
}
afterAll(async () => {
  await watcher.end();
  await app.destroy();
});

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

/** What would close the organization or the class that the walk goes on in. */
const endsTheWalk = new Set(['organizations.suspend', 'organizations.remove', 'live.end', 'live.cancel']);

/** Places in lists that are nobody's to guess, and words to search by, are left out. */
const leftOut = new Set(['cursor', 'q', 'search']);

/** Parameters that are words for everybody, not somebody's ids. */
const words = new Set(['providerId', 'slug']);

/** Ids that the caller makes up: they name nothing. */
const made = new Set(['tabId', 'key']);

/** Fields that have the name of something else in one contract. */
const otherwise: Record<string, string> = {
  'categories.create.parentId': 'categoryId',
  'categories.createEverywhere.parentId': 'categoryId',
  'categories.update.parentId': 'categoryId',
  'organizations.create.parentId': 'organizationId',
  'organizations.update.parentId': 'organizationId',
};

/** What a contract takes, filled with those ids; instants span all that there is. `used` is told which ids it holds. */
function sampleFor(
  schema: z.ZodType,
  ids: Ids,
  operation = '',
  used: (name: string) => void = () => undefined,
): unknown {
  const sample = sampleOf(schema, (field) => {
    const name = otherwise[`${operation}.${field}`] ?? field;
    if (leftOut.has(name) || made.has(name)) return randomUUID();
    used(name);
    return idOf(name, ids);
  }) as Record<string, unknown>;
  if (typeof sample !== 'object' || sample === null) return sample;
  if ('from' in sample && 'to' in sample)
    Object.assign(sample, { from: '2020-01-01T00:00:00.000Z', to: '2040-01-01T00:00:00.000Z' });
  return Object.fromEntries(Object.entries(sample).filter(([name]) => !leftOut.has(name)));
}

interface Answered {
  status: number;
  text: string;
  /** Names of the ids that were in the path, the query and the body. */
  names: string[];
}

async function call(
  contract: RouteContract,
  actor: { accessToken: string } | null,
  ids: Ids = foreign,
): Promise<Answered> {
  const names = parametersOf(contract).filter((name) => !words.has(name));
  const used = (name: string): void => void names.push(name);
  const path = contract.path.replaceAll(/:(\w+)/g, (_, name: string) => idOf(name, ids));
  const query = contract.query ? (sampleFor(contract.query, ids, contract.id, used) as object) : {};
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  );
  const headers: Record<string, string> = {};
  if (actor) headers['authorization'] = `Bearer ${actor.accessToken}`;
  let body: string | undefined;
  if (contract.body && !contract.binary) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(sampleFor(contract.body, ids, contract.id, used));
  }
  const answer = await fetch(`${app.url}/api/v1${path}${search.size > 0 ? `?${search}` : ''}`, {
    method: contract.method,
    headers,
    body,
    redirect: 'manual',
  });
  return { status: answer.status, text: await answer.text(), names };
}

/**
 * What is wrong with any of some operations, several of them asked at once: where none is to have an effect, no answer can depend
 * on another one.
 */
async function wrongAmong(
  contracts: readonly RouteContract[],
  ask: (contract: RouteContract) => Promise<string[]>,
): Promise<string[]> {
  const wrong: string[] = [];
  const waiting = contracts.values();
  const walk = async (): Promise<void> => {
    for (const contract of waiting) wrong.push(...(await ask(contract)));
  };
  await Promise.all(Array.from({ length: 6 }, walk));
  return wrong;
}

const forUsers = (): RouteContract[] => app.contracts.filter(({ access }) => access === 'user');

/** Told to look for somebody else's thing among one's own, they find nothing. */
const filters = new Set(['audit.list', 'audit.export', 'catalogue.list', 'roles.assignments', 'grants.list']);

/** What is wrong with an answer to somebody who asked with ids of the other tenant; `mine`: those names are the asker's own. */
function wrongWith(
  contract: RouteContract,
  { status, text, names }: Answered,
  mine: readonly string[] = [],
): string[] {
  const theirs = names.filter((name) => !mine.includes(name));
  return [
    ...(status >= 500 && status !== 503 ? [`${contract.id}: ${status}`] : []),
    ...(status === 429 ? [`${contract.id}: the walk is too fast`] : []),
    ...(text.includes(marker) ? [`${contract.id}: tells of the other tenant`] : []),
    ...(theirs.length > 0 && status < 300 && !filters.has(contract.id)
      ? [`${contract.id}: ${status} with their ${theirs.join(', ')}`]
      : []),
  ];
}

/** What the server changes by itself as time goes by, when nobody leads a class. */
const byTheClock = ['unled_since', 'guarded_at', 'updated_at'];

/**
 * Every row of every table that names something of the tenant, whoever wrote it and when: rows that are new count as much as
 * rows that have changed.
 */
async function fingerprint(): Promise<Record<string, unknown>> {
  const named = await watcher.query<{ ids: string[] }>(
    `select array_agg(id) as ids from (
       select user_id as id from organization_memberships where organization_id = $1
       union select id from courses where organization_id = $1 union select id from live_sessions where organization_id = $1
       union select id from note_documents where organization_id = $1 union select unnest($2::uuid[])) all_ids`,
    [organizationId, Object.entries(foreign).flatMap(([name, id]) => (words.has(name) ? [] : [id]))],
  );
  const { rows } = await watcher.query<{ name: string; rows: number; digest: string }>({
    name: 'fingerprint',
    text: (digests ??= await digestsOfTables()),
    values: [named.rows[0]?.ids],
  });
  return Object.fromEntries(rows.map(({ name, ...found }) => [name, found]));
}

let digests: string | undefined;

/** The statement that counts and digests, of every table, the rows in which one of some ids stands. */
async function digestsOfTables(): Promise<string> {
  const { rows } = await watcher.query<{ table: string; columns: string[] }>(
    `select c.relname as table, array_agg(a.attname::text) as columns from pg_class c
     join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     join pg_attribute a on a.attrelid = c.oid and a.atttypid = 'uuid'::regtype and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition group by c.relname order by c.relname`,
  );
  return rows
    .map(
      ({ table, columns }) =>
        `select '${table}' as name, count(*)::int as rows, md5(coalesce(string_agg(row, '' order by row), '')) as digest
         from ${table} t, lateral (select (to_jsonb(t) - '{${byTheClock.join(',')}}'::text[])::text as row) r where ${columns.map((name) => `t.${name} = any($1::uuid[])`).join(' or ')}`,
    )
    .join(' union all ');
}

/** Operations whose right is no permission on a thing that the path names, and what decides instead. */
const byOwnRule: Record<string, string> = {
  'access.permissions': 'the catalogue is the same for everybody',
  'catalogue.list': 'what is offered where one works now',
  'catalogue.categories': 'the same',
  'catalogue.recommendations': 'the same',
  'catalogue.get': 'course.enroll where it is offered, or course.read',
  'catalogue.withdraw': 'one’s own enrolment',
  'invitations.accept': 'the token',
  'live.guests.useCode': 'the code, and the membership',
  'organizations.list': 'one’s own memberships',
  'organizations.create': 'organization.manage on the parent in the body',
  'profiles.get': 'what the person lets whom see',
  'profiles.follow': 'the same',
  'profiles.unfollow': 'one’s own list',
  'profiles.followers': 'what the person lets whom see',
  'profiles.following': 'the same',
  'team.enroll': 'who is below the caller',
  'team.takeOut': 'the same, and who enrolled them',
  'twoFactor.stepUp': 'one’s own second factor',
};

describe('every operation and event has a rule', () => {
  it('a permission on something, or it is about the caller alone, or it stands here with what decides', () => {
    const without = app.contracts
      .filter(({ access, permission, path }) => access === 'user' && !permission && !/^\/me(\/|$)/.test(path))
      .map(({ id }) => id);
    expect(without.toSorted()).toEqual(Object.keys(byOwnRule).toSorted());
  });

  it('every event of every channel names the right that it needs', () => {
    const without = app.channels.flatMap(({ namespace, events }) =>
      Object.entries(events).flatMap(([name, { permission }]) =>
        permission ? [] : [`${namespace} ${name}`],
      ),
    );
    expect(app.channels.length).toBeGreaterThan(0);
    expect(without).toEqual([]);
  });

  it('every other socket is one that is walked below', () => {
    expect(app.socketPaths).toEqual(['/notes/']);
  });
});

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

  it.each(strangerRoles)('as %s: nothing is answered, changed or told', async (role) => {
    const actor = strangers.get(role) as TestActor;
    const before = await fingerprint();
    const asked = forUsers().filter(({ id }) => !aboutOneself.has(id));
    const wrong = await wrongAmong(asked, async (contract) => {
      const answer = await call(contract, actor);
      const signedOut = answer.status === 401 && !answer.text.includes('invalid_credentials');
      return [
        ...wrongWith(contract, answer),
        ...(signedOut ? [`${contract.id}: signed the walker out`] : []),
      ];
    });
    expect(wrong).toEqual([]);
    expect(await fingerprint()).toEqual(before);
  });

  it.each(['admin', 'everything'])(
    'as %s, within the own organization, with ids of the other one in the rest of the path, the query and the body',
    async (role) => {
      const actor = strangers.get(role) as TestActor;
      const before = await fingerprint();
      const wrong: string[] = [];
      for (const contract of app.contracts) {
        if (contract.access !== 'user' || aboutOneself.has(contract.id)) continue;
        // What a path may name of one's own, by turns; the rest is theirs.
        for (const mine of ['organizationId', 'courseId', 'sessionId', 'documentId'] as const) {
          if (!parametersOf(contract).includes(mine) || endsTheWalk.has(contract.id)) continue;
          const answer = await call(contract, actor, { ...foreign, [mine]: own[mine] });
          wrong.push(...wrongWith(contract, answer, [mine]));
        }
      }
      expect(wrong).toEqual([]);
      expect(await fingerprint()).toEqual(before);
    },
  );

  it('without an account, in what anybody may call: no id opens anything', async () => {
    const before = await fingerprint();
    const open = app.contracts.filter(({ access }) => access !== 'user');
    const wrong = await wrongAmong(open, async (contract) => wrongWith(contract, await call(contract, null)));
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
    const wrong = await wrongAmong(forUsers(), async (contract) => {
      const answer = await call(contract, { accessToken: body.key });
      const found: string[] = [];
      if (answer.status < 400) found.push(`${contract.id}: ${answer.status}`);
      if (answer.status === 401 || answer.status === 429 || answer.status === 500)
        found.push(`${contract.id}: ${answer.status}`);
      if (answer.text.includes(marker)) found.push(`${contract.id}: tells of the other tenant`);
      if (!contract.permission && !answer.text.includes('api_key_refused'))
        found.push(`${contract.id}: does not refuse the key`);
      return found;
    });
    expect(wrong).toEqual([]);
    expect(await fingerprint()).toEqual(before);
  });

  it('without a sign-in: 401 for everything that needs one', async () => {
    const wrong = await wrongAmong(forUsers(), async (contract) => {
      const { status } = await call(contract, null);
      return status === 401 ? [] : [`${contract.id}: ${status}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe('a GET', () => {
  it('changes nothing, even where everything is answered', async () => {
    await createUser(app.databaseUrl, {
      email: 'reader@tenant-a.test',
      displayName: 'R',
      role: 'super_admin',
    });
    const reader = await signIn(app.url, 'reader@tenant-a.test');
    // That somebody was here and took an export is written down, rightly.
    const written = new Set(['audit_logs', 'audit_log_details', 'auth_sessions']);
    const rest = (tables: Record<string, unknown>) =>
      Object.entries(tables).filter(([table]) => !written.has(table));
    const before = rest(await fingerprint());
    let answered = 0;
    for (const contract of app.contracts.filter(({ method }) => method === 'GET')) {
      const { status } = await call(contract, contract.access === 'user' ? reader : null);
      answered += Number(status === 200);
    }
    expect(answered).toBeGreaterThan(30);
    expect(rest(await fingerprint())).toEqual(before);
  });
});

describe('an address', () => {
  it('holds nothing that opens something: secrets are in headers and bodies', () => {
    const secret = /token|secret|password|code|key$/i;
    const named = app.contracts.flatMap((contract) => {
      const query = contract.query instanceof z.ZodObject ? Object.keys(contract.query.shape) : [];
      return [...parametersOf(contract), ...query]
        .filter((name) => secret.test(name))
        .map((name) => `${contract.id} ${name}`);
    });
    // A picture is opened by its address, wherever it is shown, and by nobody who was not shown it.
    expect(named).toEqual(['files.content key']);
  });
});

/** A bare client of a channel. */
class ChannelSocket {
  readonly socket: Socket;
  readonly heard: unknown[] = [];

  constructor(namespace: string, token: string) {
    this.socket = io(`${app.url}${namespace}`, {
      transports: ['websocket'],
      auth: { token },
      forceNew: true,
      reconnection: false,
    });
    this.socket.onAny((...told: unknown[]) => void this.heard.push(told));
  }

  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
  }

  send(name: string, input: unknown): Promise<Reply<unknown>> {
    return this.socket.timeout(20_000).emitWithAck(name, input) as Promise<Reply<unknown>>;
  }
}

/** How to be inside, on each channel: without it nothing could be tried from there. */
const enter: Record<string, (socket: ChannelSocket) => Promise<Reply<unknown>>> = {
  '/live': (socket) => socket.send('join', { sessionId: own.sessionId }),
};

/** Leaving leaves one's own. */
const harmless = new Set(['leave']);

/** What an event takes, and whether it names anything. */
function eventSample(event: EventContract): { input: unknown; names: string[] } {
  const names: string[] = [];
  return { input: sampleFor(event.input, foreign, '', (name) => void names.push(name)), names };
}

describe('every event of every channel, for somebody of another organization', () => {
  const walk = async (
    role: string,
    tryOut: (channel: ChannelContract, socket: ChannelSocket) => Promise<string[]>,
  ): Promise<string[]> => {
    const before = await fingerprint();
    const wrong: string[] = [];
    for (const channel of app.channels) {
      const socket = new ChannelSocket(channel.namespace, strangers.get(role)?.accessToken ?? '');
      await socket.connected();
      wrong.push(...(await tryOut(channel, socket)));
      if (JSON.stringify(socket.heard).includes(marker))
        wrong.push(`${channel.namespace}: tells of the other tenant`);
      socket.socket.disconnect();
    }
    const after = await fingerprint();
    const changed = Object.keys(after).filter(
      (table) => JSON.stringify(after[table]) !== JSON.stringify(before[table]),
    );
    return [...wrong, ...changed.map((table) => `changed their ${table}`)];
  };

  it.each(strangerRoles)('as %s: there is no such thing, and nothing works outside', async (role) => {
    const found = await walk(role, async ({ namespace, events }, socket) => {
      const wrong: string[] = [];
      for (const [name, event] of Object.entries(events)) {
        const reply = await socket.send(name, eventSample(event).input);
        if (reply.ok && !harmless.has(name)) wrong.push(`${namespace} ${name}: ok`);
        if (JSON.stringify(reply).includes(marker))
          wrong.push(`${namespace} ${name}: tells of the other tenant`);
      }
      return wrong;
    });
    expect(found).toEqual([]);
  });

  it.each(strangerRoles)(
    'as %s, from within the own one: ids of the other one name nothing',
    async (role) => {
      const found = await walk(role, async ({ namespace, events }, socket) => {
        const wrong: string[] = [];
        for (const [name, event] of Object.entries(events)) {
          const { input, names } = eventSample(event);
          if (names.length === 0) continue;
          const inside = await enter[namespace]?.(socket);
          if (!inside?.ok) wrong.push(`tell the walk how to enter ${namespace}`);
          const reply = await socket.send(name, input);
          if (reply.ok) wrong.push(`${namespace} ${name}: ok with their ${names.join(', ')}`);
          if (JSON.stringify(reply).includes(marker))
            wrong.push(`${namespace} ${name}: tells of the other tenant`);
        }
        return wrong;
      });
      expect(found).toEqual([]);
    },
  );
});

describe('the note of a class, and a file, of another organization', () => {
  const closeCode = (documentId: string, token: string): Promise<number> => {
    const socket = new WebSocket(
      `${app.url.replace('http', 'ws')}/notes/${documentId}?token=${encodeURIComponent(token)}`,
    );
    return new Promise((resolve) => {
      socket.once('close', (code) => resolve(code));
      // The first frame of the server: it is open.
      socket.once('message', () => {
        socket.terminate();
        resolve(0);
      });
    });
  };

  it.each(strangerRoles)('is not there for %s, whatever token they have', async (role) => {
    const actor = strangers.get(role) as TestActor;
    const { user, accessToken } = actor;
    const before = await fingerprint();
    expect(await app.live.noteAccess(user.id, school.noteId)).toBeNull();
    expect(await app.live.authorizeMedia(user.id, school.sessionId, 'receive')).toBe(false);
    const mine = await actor.rest<{ token: string }>('POST', `/notes/${own.documentId}/token`);
    expect(mine.status).toBe(200);
    expect(await closeCode(own.documentId, mine.body.token)).toBe(0);
    for (const token of [mine.body.token, accessToken, 'nonsense', ''])
      expect([noteCloseCodes.token, noteCloseCodes.rights, noteCloseCodes.missing]).toContain(
        await closeCode(school.noteId, token),
      );
    expect(await fingerprint()).toEqual(before);
  });

  it('is not there for the key of a file of one’s own either', async () => {
    const { accessToken } = strangers.get('admin') as TestActor;
    const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
    const answer = await fetch(`${app.url}/api/v1/me/avatar`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'image/png' },
      body: new Uint8Array(picture),
    });
    const found = /\/api\/v1(\/files\/)([\w-]+)(\?key=[\w%-]+)/.exec(await answer.text());
    const [, path = '', id = '', key = ''] = found ?? [];
    const get = (fileId: string) =>
      fetch(`${app.url}/api/v1${path}${fileId}${key}`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
    expect((await get(id)).status).toBe(200);
    const theirs = await get(idOf('fileId', foreign));
    expect(theirs.status).toBe(404);
    expect(await theirs.text()).not.toContain(marker);
  });
});

/** Refusals that say why somebody who has the right in general may not do this one thing. */
const particular =
  /role_level|managed_elsewhere|step_up_required|api_key_refused|identity_unverified|must_change|two_factor/;

describe('a right that a contract names', () => {
  /** What the policy says of a contract's right, and what is answered. */
  async function compare(contract: RouteContract, actor: TestActor): Promise<string[]> {
    const { permission, id } = contract;
    if (!permission) return [];
    const { on } = permission;
    const ids = nothing();
    const subject =
      on === 'system'
        ? { type: 'system' as const }
        : { type: on.type as 'organization', id: idOf(on.param, ids) };
    const asked = permission.slug as Permission;
    // Before: what is asked for may change what the person is.
    const { allowed } = await app.access.explain(app.db.em(), actor.user.id, asked, subject);
    const { status, text, names } = await call(contract, actor, ids);
    // Of a thing that is there, and of nothing else besides, "not found" is a refusal.
    const isThere = names.every((name) => real.has(name));
    const refused = (status === 403 && !particular.test(text)) || (status === 404 && (!allowed || isThere));
    if (allowed && refused && !asksMore.has(id))
      return [`${id} needs ${asked}: ${status} although the policy says yes`];
    return !allowed && !refused ? [`${id} needs ${asked}: ${status} although the policy says no`] : [];
  }

  const withRight = (): RouteContract[] => app.contracts.filter(({ permission }) => permission !== undefined);

  it.each(roleSlugs)(
    'is what decides for a member who is %s: refused exactly when the policy says no',
    async (role) => {
      const email = `${role}@tenant-a.test`;
      await createUser(app.databaseUrl, { email, displayName: `A ${role}`, role });
      const actor = await signIn(app.url, email);
      const wrong: string[] = [];
      for (const contract of withRight()) wrong.push(...(await compare(contract, actor)));
      expect(wrong).toEqual([]);
    },
  );

  it('is enough: somebody who has nothing but it is not refused', async () => {
    const email = 'single@tenant-a.test';
    const userId = await createUser(app.databaseUrl, { email, displayName: 'A single', role: 'student' });
    const actor = await signIn(app.url, email);
    const wrong: string[] = [];
    for (const [slug, contracts] of Map.groupBy(withRight(), ({ permission }) => permission?.slug)) {
      const em = app.db.em();
      await em.execute('delete from user_permissions where user_id = ?', [userId]);
      await em.execute(
        `insert into user_permissions (user_id, permission_id, organization_id, granted) select ?, id, ?, true from permissions where slug = ?`,
        [userId, organizationId, slug],
      );
      for (const contract of contracts)
        if (contract.permission?.on !== 'system') wrong.push(...(await compare(contract, actor)));
    }
    expect(wrong).toEqual([]);
  });
});

/** What is done to a part is asked of the whole: the right on the organization above, or on the installation. */
const asksMore = new Set([
  'organizations.suspend',
  'organizations.reactivate',
  'organizations.remove',
  'organizations.restore',
]);

/** What exists of what {@link nothing} names. */
const real = new Set(['organizationId', 'courseId', 'sessionId', 'documentId']);

/** The organization itself, and things that do not exist in it: what is asked is about the right alone, and changes nothing. */
function nothing(): Ids {
  const ids = Object.fromEntries(Object.keys(foreign).map((name) => [name, randomUUID()]));
  const { courseId, sessionId, noteId: documentId } = school;
  const [primaryId, slug] = [idOf('categoryIds', ids), idOf('slug', foreign)];
  return { ...ids, organizationId, courseId, sessionId, documentId, primaryId, slug, providerId: 'none' };
}
