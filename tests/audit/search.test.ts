import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../server/audit/index.ts';
import type { Audit, AuditEntry } from '../../server/audit/index.ts';
import { system } from '../../server/kernel/actor.ts';
import { randomIds } from '../../server/kernel/ids.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { withRequestContext } from '../../server/kernel/request-context.ts';
import type { AuditEntryView } from '../../shared/audit/contract.ts';
import { startServer } from '../identity/server.ts';
import type { Reply, TestServer } from '../identity/server.ts';
import { createCourse, createUser, password, sql } from '../support/factories.ts';
import { actorOf, auditKey } from './support.ts';

interface Page {
  items: AuditEntryView[];
  nextCursor: string | null;
}

let server: TestServer;
let audit: Audit;
let dataDir: string;
const ids = {
  home: '',
  other: '',
  admin: '',
  otherAdmin: '',
  superAdmin: '',
  student: '',
  resource: randomUUID(),
};
const tokens = { admin: '', otherAdmin: '', superAdmin: '', student: '' };
const tuesday = new Date('2026-03-03T12:00:00.000Z');

async function signIn(email: string): Promise<string> {
  const reply = await server.ask<{ accessToken: string }>('POST', '/auth/sign-in', {
    body: { email, password },
  });
  return reply.body.accessToken;
}

const record = (
  entry: Partial<AuditEntry>,
  context: { ip?: string; requestId?: string } = {},
): Promise<void> =>
  withRequestContext(
    { requestId: context.requestId ?? null, ipAddress: context.ip ?? null, userAgent: null },
    () =>
      server.db.transaction(async (tx) =>
        audit.record(tx, {
          actor: actorOf(ids.admin, ids.home),
          action: 'test.done',
          category: 'data_change',
          ...entry,
        }),
      ),
  );

beforeAll(async () => {
  server = await startServer({ env: { LECTERN_AUDIT_KEY: auditKey } });
  dataDir = mkdtempSync(join(tmpdir(), 'lectern-audit-'));
  audit = createAudit({
    db: server.db,
    clock: { now: () => tuesday },
    ids: randomIds,
    log: createLogger('fatal'),
    key: auditKey,
    dataDir,
    authorize: async () => undefined,
    placeOf: async () => null,
  });
  const url = server.databaseUrl;
  await sql(url, "insert into organizations (name, slug) values ('Other', 'other')");
  for (const { id, slug } of await sql<{ id: string; slug: string }>(
    url,
    'select id, slug from organizations',
  ))
    ids[slug === 'other' ? 'other' : 'home'] = id;
  ids.admin = await createUser(url, { email: 'admin@test.lectern', displayName: 'Ada Admin', role: 'admin' });
  ids.student = await createUser(url, { email: 'sam@test.lectern', displayName: 'Sam Student' });
  ids.superAdmin = await createUser(url, {
    email: 'root@test.lectern',
    displayName: 'Root',
    role: 'super_admin',
  });
  ids.otherAdmin = await createUser(url, {
    email: 'other@test.lectern',
    displayName: 'Olga Other',
    role: 'admin',
    organization: 'other',
  });
  tokens.admin = await signIn('admin@test.lectern');
  tokens.student = await signIn('sam@test.lectern');
  tokens.otherAdmin = await signIn('other@test.lectern');
  tokens.superAdmin = await signIn('root@test.lectern');

  await record({ action: 'test.first', severity: 'low', tags: ['gdpr'] });
  await record(
    {
      action: 'test.user_renamed',
      resourceType: 'user',
      resourceId: ids.student,
      old: { displayName: 'Sam' },
      new: { displayName: '=cmd|"Sam", \nStudent' },
    },
    { ip: '203.0.113.9', requestId: 'request-7' },
  );
  await record({ actor: system, action: 'test.by_system', category: 'system', organizationId: ids.home });
  await record({
    action: 'other.thing',
    category: 'security',
    severity: 'critical',
    resourceId: ids.resource,
  });
  await record({ actor: actorOf(ids.otherAdmin, ids.other), action: 'test.foreign' });
  await record({ actor: null, action: 'test.nobody', category: 'authentication' });
});

afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const search = (query: Record<string, string>, token = tokens.admin, path?: string): Promise<Reply<Page>> =>
  server.ask<Page>('GET', `${path ?? `/organizations/${ids.home}/audit`}?${new URLSearchParams(query)}`, {
    token,
  });

const actions = async (query: Record<string, string>): Promise<string[]> => {
  const { body } = await search(query);
  return body.items.map(({ action }) => action).filter((action) => /^(test|other)\./.test(action));
};

describe('searching', () => {
  it('shows newest first who did what to what, from where, with old and new values and the request', async () => {
    const { status, body } = await search({ action: 'test.user_renamed' });
    expect(status).toBe(200);
    expect(body.items).toEqual([
      {
        id: expect.any(String),
        at: tuesday.toISOString(),
        actor: { id: ids.admin, displayName: 'Ada Admin' },
        bySystem: false,
        action: 'test.user_renamed',
        category: 'data_change',
        severity: 'medium',
        organization: { id: ids.home, name: expect.any(String) },
        resourceType: 'user',
        resourceId: ids.student,
        resourceName: 'Sam Student',
        description: null,
        old: { displayName: 'Sam' },
        new: { displayName: '=cmd|"Sam", \nStudent' },
        metadata: {},
        detailsErased: false,
        ipAddress: '203.0.113.9',
        userAgent: null,
        originErased: false,
        authSessionId: expect.any(String),
        requestId: 'request-7',
        tags: [],
      },
    ]);
    expect(await actions({})).toEqual(['other.thing', 'test.by_system', 'test.user_renamed', 'test.first']);
  });

  it.each([
    ['action', { action: 'test.' }, ['test.by_system', 'test.user_renamed', 'test.first']],
    ['an action without wildcards', { action: 'test_' }, []],
    ['a category', { category: 'security' }, ['other.thing']],
    ['a severity', { severity: 'low', action: 'test.' }, ['test.first']],
    ['a tag', { tag: 'gdpr' }, ['test.first']],
    ['a request', { requestId: 'request-7' }, ['test.user_renamed']],
    ['a word in the action', { q: 'THING' }, ['other.thing']],
    ['a wildcard that is none', { q: '%' }, []],
    ['a part of the actor’s name', { actor: 'ada', q: 'test' }, ['test.user_renamed', 'test.first']],
    ['a type of resource', { resourceType: 'user', action: 'test.' }, ['test.user_renamed']],
    ['a time', { from: '2026-03-03T12:00:00.001Z', to: '2026-03-04T00:00:00.000Z' }, []],
    ['another time', { to: '2026-03-03T12:00:00.001Z', severity: 'low' }, ['test.first']],
  ])('finds by %s', async (_, query, found) => {
    expect(await actions(query as Record<string, string>)).toEqual(found);
  });

  it('finds by ids', async () => {
    expect(await actions({ resourceId: ids.resource })).toEqual(['other.thing']);
    expect(await actions({ actor: ids.admin, category: 'security' })).toEqual(['other.thing']);
    expect(await actions({ actor: ids.otherAdmin })).toEqual([]);
  });

  it('tells the server’s own doings from those of nobody', async () => {
    const own = await search({ action: 'test.by_system' });
    expect(own.body.items).toMatchObject([{ actor: null, bySystem: true, tags: [] }]);
    const nobody = await search({ action: 'test.nobody' }, tokens.superAdmin, '/audit');
    expect(nobody.body.items).toMatchObject([{ actor: null, bySystem: false, organization: null }]);
  });

  it('goes on from page to page without losing or repeating an entry', async () => {
    const whole = (await search({ limit: '100' })).body.items.map(({ id }) => id);
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { limit: '2', ...(cursor ? { cursor } : {}) };
      const { body }: Reply<Page> = await search(query);
      found.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    } while (cursor);
    expect(found).toEqual(whole);
  });

  it.each([
    [{ category: 'nonsense' }],
    [{ from: 'yesterday' }],
    [{ limit: '101' }],
    [{ cursor: 'x' }],
    [{ action: "x' or 1=1" }],
    [{ resourceId: 'x' }],
    [{ unknown: 'x' }],
    [{ q: 'x'.repeat(81) }],
  ])('refuses %o', async (query) => {
    const { status, body } = await search(query as unknown as Record<string, string>);
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_input');
  });
});

describe('who may read', () => {
  it('is who has audit.read there: a student may not, another tenant’s admin sees that there is nothing', async () => {
    expect((await search({}, tokens.student)).status).toBe(403);
    for (const path of ['audit', 'audit/export']) {
      const reply = await search({}, tokens.otherAdmin, `/organizations/${ids.home}/${path}`);
      expect([reply.status, reply.body.code]).toEqual([404, 'not_found']);
    }
    expect((await server.ask('GET', `/organizations/${ids.home}/audit`)).status).toBe(401);
    expect((await search({}, tokens.admin, '/organizations/nonsense/audit')).status).toBe(404);
  });

  it('keeps the entries of other tenants and of the installation from an organization', async () => {
    const own = await search({ limit: '100' });
    expect(new Set(own.body.items.map(({ organization }) => organization?.id))).toEqual(new Set([ids.home]));
    const foreign = await search({ limit: '100' }, tokens.otherAdmin, `/organizations/${ids.other}/audit`);
    expect(foreign.body.items.map(({ action }) => action).filter((one) => one.startsWith('test'))).toEqual([
      'test.foreign',
    ]);
  });

  it('shows everything at the level of the installation, to those who belong there', async () => {
    const all = await search({ action: 'test.' }, tokens.superAdmin, '/audit');
    expect(all.body.items.map(({ action }) => action)).toEqual([
      'test.nobody',
      'test.foreign',
      'test.by_system',
      'test.user_renamed',
      'test.first',
    ]);
    expect((await search({}, tokens.admin, '/audit')).status).toBe(403);
  });

  it('and who was refused for want of the right is in the trail', async () => {
    await search({}, tokens.student);
    const { body } = await search({ action: 'permission.refused', actor: ids.student });
    expect(body.items[0]).toMatchObject({
      category: 'authorization',
      actor: { id: ids.student },
      resourceType: 'organization',
      resourceId: ids.home,
      metadata: { permission: 'audit.read', operation: 'audit.list', code: 'forbidden' },
    });
  });
});

describe('the export', () => {
  it('is CSV that a spreadsheet takes for text, and is itself audited', async () => {
    const reply = await fetch(
      `${server.url}/api/v1/organizations/${ids.home}/audit/export?action=test.user`,
      {
        headers: { authorization: `Bearer ${tokens.admin}` },
      },
    );
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toContain('text/csv');
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"');
    const text = await reply.text();
    const [header, ...lines] = text.split('\r\n');
    expect(header).toContain('time,actor_id,actor,action,');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(
      `${tuesday.toISOString()},${ids.admin},Ada Admin,test.user_renamed,data_change`,
    );
    expect(lines[0]).toContain(String.raw`"{""displayName"":""=cmd|\""Sam\"", \nStudent""}"`);
    const { body } = await search({ action: 'audit.exported' });
    expect(body.items).toMatchObject([
      {
        actor: { id: ids.admin },
        category: 'security',
        metadata: { rows: 1, filter: { action: 'test.user' } },
      },
    ]);
  });

  it('writes no cell that a spreadsheet would calculate', async () => {
    await sql(server.databaseUrl, "update users set display_name = '=1+1' where id = $1", [ids.student]);
    const reply = await fetch(
      `${server.url}/api/v1/organizations/${ids.home}/audit/export?action=test.user`,
      {
        headers: { authorization: `Bearer ${tokens.admin}` },
      },
    );
    expect(await reply.text()).toContain(",'=1+1,");
    await sql(server.databaseUrl, "update users set display_name = 'Sam Student' where id = $1", [
      ids.student,
    ]);
  });
});

describe('what other features write', () => {
  it('holds who was put into a course and taken out of it', async () => {
    const teacher = await createUser(server.databaseUrl, {
      email: 'ted@test.lectern',
      displayName: 'Ted Teacher',
      role: 'instructor',
    });
    const courseId = await createCourse(server.databaseUrl, teacher);
    const actor = actorOf(teacher, ids.home);
    await server.courses.enroll(actor, { courseId, userId: ids.student });
    await server.courses.enroll(actor, { courseId, userId: ids.student });
    await server.courses.unenroll(actor, { courseId, userId: ids.student });
    const { body } = await search({ resourceType: 'course', resourceId: courseId });
    expect(body.items).toMatchObject([
      {
        action: 'enrollment.ended',
        actor: { id: teacher },
        old: { status: 'enrolled' },
        new: { status: 'withdrawn' },
        metadata: { userId: ids.student },
      },
      { action: 'enrollment.started', old: { status: null }, new: { status: 'enrolled' } },
    ]);
  });
});

describe('npm run audit:verify', () => {
  const verify = (): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [fileURLToPath(new URL('../../scripts/audit-verify.ts', import.meta.url))],
      {
        env: {
          PATH: process.env['PATH'],
          DATABASE_URL: server.databaseUrl,
          DATA_DIR: dataDir,
          LECTERN_AUDIT_KEY: auditKey,
        },
        encoding: 'utf8',
      },
    );
    return { status, output: stdout + stderr };
  };

  it('says what it compared, and fails when the trail was touched', async () => {
    await audit.checkpoint();
    const sound = verify();
    expect(sound.output).toMatch(/Entries 1 to \d+: \d+ read\./);
    expect(sound.output).toContain('Checkpoints compared: 1 in the database, 1 in the file.');
    expect(sound.output).toContain('The trail is as it was written.');
    expect(sound.status).toBe(0);
    await sql(server.databaseUrl, 'alter table audit_logs disable trigger user');
    await sql(server.databaseUrl, "update audit_logs set severity = 'low' where action = 'other.thing'");
    await sql(server.databaseUrl, 'alter table audit_logs enable trigger user');
    const touched = verify();
    expect(touched.output).toMatch(/PROBLEM: entry \d+ \(.*\) is not as it was written\./);
    expect(touched.status).toBe(1);
  });
});
