import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedInView } from '../../shared/identity/contract.ts';
import type { ChildView, GuardianView, SchoolGuardianshipView } from '../../shared/identity/guardians.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { mailboxOf } from './mailbox.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

let server: TestServer;
let count = 0;
let admin: Person;
let foreignAdmin: Person;

interface Person {
  id: string;
  email: string;
  token: string;
}

beforeAll(async () => {
  server = await startServer();
  await sql(
    server.databaseUrl,
    `insert into organizations (name, slug) values ('Other School', 'other') on conflict do nothing`,
  );
  admin = await person('admin');
  foreignAdmin = await person('admin', 'other');
});
afterAll(() => server?.close());

async function person(role = 'student', organization?: string): Promise<Person> {
  count += 1;
  const email = `family${count}@test.lectern`;
  const id = await createUser(server.databaseUrl, {
    email,
    displayName: `${role} ${count}`,
    role,
    organization,
  });
  return signIn(id, email);
}

async function signIn(id: string, email: string): Promise<Person> {
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, email, token: body.accessToken };
}

const again = (who: Person) => signIn(who.id, who.email);

interface Made {
  code: string;
  expiresAt: string;
}

const codeOf = async (child: Person) =>
  (await server.ask<Made>('POST', '/me/guardian-code', { token: child.token })).body.code;

/** A reply or a problem. */
interface Answer<T> {
  status: number;
  headers: Headers;
  body: T & { code?: string };
}

const enter = async (who: Person, body: object) =>
  (await server.ask('POST', '/me/children/link', {
    token: who.token,
    body,
  })) as unknown as Answer<ChildView>;

const request = (who: Person, body: object) =>
  server.ask<object>('POST', '/me/children', { token: who.token, body });

const children = async (who: Person) =>
  (await server.ask<{ items: ChildView[] }>('GET', '/me/children', { token: who.token })).body.items;

const guardians = async (who: Person) =>
  (await server.ask<{ items: GuardianView[] }>('GET', '/me/guardians', { token: who.token })).body.items;

const userCode = async ({ id }: Person) =>
  (await sql<{ code: string }>(server.databaseUrl, 'select code from users where id = $1', [id]))[0]
    ?.code as string;

const nameOf = async ({ id }: Person) =>
  (
    await sql<{ display_name: string }>(server.databaseUrl, 'select display_name from users where id = $1', [
      id,
    ])
  )[0]?.display_name as string;

const orgOf = async ({ id }: Person) =>
  (
    await sql<{ organization_id: string }>(
      server.databaseUrl,
      'select organization_id from organization_memberships where user_id = $1',
      [id],
    )
  )[0]?.organization_id as string;

/** Subjects of what somebody was sent, the newest first. */
const mailsTo = async (to: string, many: number): Promise<string[]> =>
  (await mailboxOf(server.url).to(to, many)).map(({ subject }) => subject);

const links = (child: Person) =>
  sql<{ status: string; deleted_at: string | null }>(
    server.databaseUrl,
    'select status, deleted_at from guardianships where child_id = $1 order by id',
    [child.id],
  );

/** A parent who is linked to a child. */
async function family() {
  const child = await person();
  const parent = await person('parent');
  const { body } = await enter(parent, { code: await codeOf(child), relationship: 'mother' });
  return { child, parent, link: body.id };
}

// First: mails are sent one after the other, and the tests below cause many.
describe('notices', () => {
  it('tell guardian and child of the link and of its end', async () => {
    const { child, parent, link } = await family();
    expect(await mailsTo(parent.email, 1)).toEqual(['You are linked to an account']);
    expect(await mailsTo(child.email, 1)).toEqual(['Somebody is linked to your account']);
    const [mail] = await mailboxOf(server.url).to(child.email);
    expect(mail?.text).toContain(`${await nameOf(parent)} can see your courses`);
    await server.ask('DELETE', `/me/guardians/${link}`, { token: child.token });
    expect(await mailsTo(parent.email, 2)).toContain('Your link to an account has ended');
    expect(await mailsTo(child.email, 2)).toContain('A link to your account has ended');
  });

  it('do not stand in the way of names as long as names may be, nor make links of them', async () => {
    const child = await person();
    const parent = await person('parent');
    const name = `https://evil.example/ ${'x'.repeat(178)}`;
    expect(name).toHaveLength(200);
    await sql(server.databaseUrl, 'update users set display_name = $1 where id = any($2::uuid[])', [
      name,
      `{${child.id},${parent.id}}`,
    ]);
    const asked = await request(parent, { childCode: await userCode(child), relationship: 'mother' });
    expect(asked.status).toBeLessThan(300);
    const [asking] = await guardians(child);
    const approve = `/me/guardians/${asking?.id}/approve`;
    expect((await server.ask('POST', approve, { token: child.token })).status).toBeLessThan(300);
    const ended = await server.ask('DELETE', `/me/guardians/${asking?.id}`, { token: child.token });
    expect(ended.status).toBeLessThan(300);
    expect((await links(child)).map(({ status }) => status)).toEqual(['revoked']);
    const mails = await mailboxOf(server.url).to(child.email, 3);
    for (const { text } of mails) expect(text).not.toContain('evil.example');
  });

  it('reach a phone where there is no e-mail address', async () => {
    const child = await person();
    const parent = await person('parent');
    const phone = '+4915123456777';
    await sql(
      server.databaseUrl,
      'update users set email = null, email_verified_at = null, phone = $1, phone_verified_at = now() where id = $2',
      [phone, parent.id],
    );
    await enter(parent, { code: await codeOf(child), relationship: 'mother' });
    expect((await mailboxOf(server.url).to(phone))[0]?.text).toContain('You can now see the courses');
  });
});

describe('a link by code', () => {
  it('is active at once, because the child made the code', async () => {
    const child = await person();
    const parent = await person('parent');
    const made = await server.ask<Made>('POST', '/me/guardian-code', { token: child.token });
    expect(made.status).toBe(201);
    expect(made.body.code).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
    const typed = `${made.body.code.slice(0, 4)}-${made.body.code.slice(4)}`.toLowerCase();
    const { status, body } = await enter(parent, { code: typed, relationship: 'father' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'active', relationship: 'father', child: { id: child.id } });
    expect((await children(parent)).map((one) => one.child.id)).toEqual([child.id]);
    expect((await guardians(child)).map((one) => one.guardian.id)).toEqual([parent.id]);
  });

  it('is stored as a peppered hash and never as the code', async () => {
    const child = await person();
    const code = await codeOf(child);
    const [row] = await sql<{ token_hash: Buffer; all: string }>(
      server.databaseUrl,
      `select token_hash, to_jsonb(t)::text as all from verification_tokens t where user_id = $1`,
      [child.id],
    );
    expect(row?.token_hash).toHaveLength(32);
    expect(row?.all).not.toContain(code);
  });

  it('works once', async () => {
    const child = await person();
    const code = await codeOf(child);
    const [first, second] = [await person('parent'), await person('parent')];
    expect((await enter(first, { code, relationship: 'mother' })).status).toBe(201);
    expect((await enter(second, { code, relationship: 'father' })).body.code).toBe('already_used');
    expect(await children(second)).toEqual([]);
  });

  it('is won by one of two parents who enter it at the same moment', async () => {
    const child = await person();
    const code = await codeOf(child);
    const parents = [await person('parent'), await person('parent')];
    const replies = await Promise.all(parents.map((one) => enter(one, { code, relationship: 'other' })));
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 410]);
    expect(await links(child)).toHaveLength(1);
  });

  it('is void after a new one was made, and after it was withdrawn', async () => {
    const child = await person();
    const parent = await person('parent');
    const first = await codeOf(child);
    const second = await codeOf(child);
    expect((await enter(parent, { code: first, relationship: 'mother' })).body.code).toBe('proof_invalid');
    const withdrawn = await server.ask('DELETE', '/me/guardian-code', { token: child.token });
    expect(withdrawn.status).toBe(204);
    expect((await enter(parent, { code: second, relationship: 'mother' })).body.code).toBe('proof_invalid');
    expect(await links(child)).toEqual([]);
  });

  it('refuses a code that nobody made', async () => {
    const parent = await person('parent');
    const reply = await enter(parent, { code: 'ABCD2345', relationship: 'mother' });
    expect(reply).toMatchObject({ status: 400, body: { code: 'proof_invalid' } });
  });

  it.each([
    ['no code', { relationship: 'mother' }],
    ['look-alikes', { code: 'ABCD0O1I', relationship: 'mother' }],
    ['a code that is too long', { code: 'A'.repeat(500), relationship: 'mother' }],
    ['a relationship that is none', { code: 'ABCD2345', relationship: 'neighbour' }],
    ['no relationship', { code: 'ABCD2345' }],
    ['a note that does not belong', { code: 'ABCD2345', relationship: 'mother', relationshipNote: 'x' }],
    ['a note with a line break', { code: 'ABCD2345', relationship: 'other', relationshipNote: 'a\r\nb' }],
    ['a status of their own', { code: 'ABCD2345', relationship: 'mother', status: 'active' }],
  ])('refuses %s', async (_, body) => {
    const parent = await person('parent');
    expect(await enter(parent, body)).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  });

  it('keeps a note for other relationships', async () => {
    const child = await person();
    const parent = await person('parent');
    const { body } = await enter(parent, {
      code: await codeOf(child),
      relationship: 'other',
      relationshipNote: 'Foster carer',
    });
    expect(body.relationshipNote).toBe('Foster carer');
  });

  it('links two people once', async () => {
    const { child, parent } = await family();
    const reply = await enter(parent, { code: await codeOf(child), relationship: 'guardian' });
    expect(reply).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    expect(await links(child)).toHaveLength(1);
  });

  it('is for students only: nobody else makes one, and students are nobody’s guardians', async () => {
    const teacher = await person('instructor');
    const made = await server.ask('POST', '/me/guardian-code', { token: teacher.token });
    expect(made).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    const child = await person();
    const code = await codeOf(child);
    expect((await enter(child, { code, relationship: 'sibling' })).status).toBe(403);
    expect((await enter(await person(), { code, relationship: 'sibling' })).status).toBe(403);
    expect(await links(child)).toEqual([]);
  });

  it('is no code in another school', async () => {
    const child = await person();
    const stranger = await person('parent', 'other');
    const reply = await enter(stranger, { code: await codeOf(child), relationship: 'mother' });
    expect(reply).toMatchObject({ status: 400, body: { code: 'proof_invalid' } });
    expect(await links(child)).toEqual([]);
  });

  it('can be made by the school, for its own students', async () => {
    const child = await person();
    const parent = await person('parent');
    const path = `/organizations/${await orgOf(child)}/people/${child.id}/guardian-code`;
    const made = await server.ask<Made>('POST', path, { token: admin.token });
    expect(made.status).toBe(201);
    const reply = await enter(parent, { code: made.body.code, relationship: 'guardian' });
    expect(reply).toMatchObject({ status: 201, body: { status: 'active' } });
    // Not by who has no right to, not for who is of another school, not for who is no student.
    expect((await server.ask('POST', path, { token: parent.token })).status).toBe(403);
    expect((await server.ask('POST', path, { token: foreignAdmin.token })).status).toBe(404);
    const foreign = await person('student', 'other');
    const elsewhere = `/organizations/${await orgOf(child)}/people/${foreign.id}/guardian-code`;
    expect((await server.ask('POST', elsewhere, { token: admin.token })).status).toBe(404);
    const notAChild = `/organizations/${await orgOf(child)}/people/${parent.id}/guardian-code`;
    expect((await server.ask('POST', notAChild, { token: admin.token })).status).toBe(409);
  });
});

describe('a request by the code of an account', () => {
  it('waits for the child and gives nothing until then', async () => {
    const child = await person();
    const parent = await person('parent');
    const asked = await request(parent, { childCode: await userCode(child), relationship: 'mother' });
    expect(asked).toMatchObject({ status: 202, body: {} });
    expect(await children(parent)).toEqual([]);
    const path = `/me/children/${child.id}/courses`;
    expect((await server.ask('GET', path, { token: parent.token })).status).toBe(403);
    const [pending] = await guardians(child);
    expect(pending).toMatchObject({ status: 'pending', guardian: { id: parent.id } });
    const approve = `/me/guardians/${pending?.id}/approve`;
    expect((await server.ask('POST', approve, { token: child.token })).status).toBe(200);
    expect((await server.ask('GET', path, { token: parent.token })).status).toBe(200);
    expect((await server.ask('POST', approve, { token: child.token })).body.code).toBe('conflict');
  });

  it('is answered the same whether there is such a student or not', async () => {
    const parent = await person('parent');
    const child = await person();
    const foreign = await person('student', 'other');
    const teacher = await person('instructor');
    const codes = [await userCode(child), await userCode(foreign), await userCode(teacher), 'STU99999999'];
    const replies = await Promise.all(
      codes.map((childCode) => request(parent, { childCode, relationship: 'mother' })),
    );
    for (const { status, body } of replies) expect({ status, body }).toEqual({ status: 202, body: {} });
    expect(await links(child)).toHaveLength(1);
    expect(await links(foreign)).toEqual([]);
    expect(await links(teacher)).toEqual([]);
    // Asked again, asked after a refusal: still the same, and the child is not asked twice.
    expect((await request(parent, { childCode: codes[0], relationship: 'mother' })).status).toBe(202);
    const [pending] = await guardians(child);
    await server.ask('POST', `/me/guardians/${pending?.id}/reject`, { token: child.token });
    expect((await request(parent, { childCode: codes[0], relationship: 'mother' })).status).toBe(202);
    expect(await guardians(child)).toEqual([]);
    expect(await links(child)).toHaveLength(1);
  });

  it('is not answered by its guardian, nor by other children', async () => {
    const child = await person();
    const parent = await person('parent');
    await request(parent, { childCode: await userCode(child), relationship: 'mother' });
    const [pending] = await guardians(child);
    for (const who of [parent, await person(), foreignAdmin]) {
      const reply = await server.ask('POST', `/me/guardians/${pending?.id}/approve`, { token: who.token });
      expect(reply.status).toBe(404);
    }
    const removed = await server.ask('DELETE', `/me/children/${pending?.id}`, { token: parent.token });
    expect(removed.status).toBe(404);
    expect(await links(child)).toMatchObject([{ status: 'pending' }]);
  });

  it('says so when the child is linked already, and refuses oneself and students', async () => {
    const { child, parent } = await family();
    const childCode = await userCode(child);
    expect((await request(parent, { childCode, relationship: 'mother' })).body.code).toBe('already_exists');
    const own = await request(parent, { childCode: await userCode(parent), relationship: 'mother' });
    expect(own.body.code).toBe('own_account');
    expect((await request(await person(), { childCode, relationship: 'sibling' })).status).toBe(403);
  });

  it('becomes active by a code of the child', async () => {
    const child = await person();
    const parent = await person('parent');
    await request(parent, { childCode: await userCode(child), relationship: 'mother' });
    expect((await enter(parent, { code: await codeOf(child), relationship: 'mother' })).status).toBe(201);
    expect((await guardians(child)).map(({ status }) => status)).toEqual(['active']);
  });

  it('is limited: nobody tries many codes', async () => {
    const parent = await person('parent');
    const replies = [];
    for (let n = 0; n < 21; n += 1)
      replies.push(await enter(parent, { code: 'ABCD2345', relationship: 'mother' }));
    expect(replies.map(({ status }) => status)).toEqual([...Array<number>(20).fill(400), 429]);
    expect(Number(replies.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the end of a link', () => {
  const sees = async (parent: Person, child: Person) =>
    (await server.ask('GET', `/me/children/${child.id}/courses`, { token: parent.token })).status;

  it.each(['child', 'parent', 'school'])('takes effect at once when the %s wants it', async (who) => {
    const { child, parent, link } = await family();
    expect(await sees(parent, child)).toBe(200);
    const organizationId = await orgOf(child);
    const [method, path, token] = {
      child: ['DELETE', `/me/guardians/${link}`, child.token] as const,
      parent: ['DELETE', `/me/children/${link}`, parent.token] as const,
      school: ['POST', `/organizations/${organizationId}/guardianships/${link}/revoke`, admin.token] as const,
    }[who as 'child' | 'parent' | 'school'];
    expect((await server.ask(method, path, { token })).status).toBeLessThan(300);
    expect(await sees(parent, child)).toBe(403);
    expect(await children(parent)).toEqual([]);
    expect(await guardians(child)).toEqual([]);
    // A second time there is nothing to end.
    expect((await server.ask(method, path, { token })).status).toBeGreaterThanOrEqual(404);
  });

  it('can be followed by a new link', async () => {
    const { child, parent, link } = await family();
    await server.ask('DELETE', `/me/guardians/${link}`, { token: child.token });
    expect((await enter(parent, { code: await codeOf(child), relationship: 'mother' })).status).toBe(201);
    expect((await links(child)).filter((one) => one.deleted_at === null)).toMatchObject([
      { status: 'active' },
    ]);
  });

  it('is nobody else’s to decide', async () => {
    const { child, link } = await family();
    const stranger = await person('parent');
    const schoolmate = await person();
    for (const who of [stranger, schoolmate, admin]) {
      for (const path of [`/me/guardians/${link}`, `/me/children/${link}`])
        expect((await server.ask('DELETE', path, { token: who.token })).status).toBe(404);
    }
    const otherSchool = await orgOf(foreignAdmin);
    const asForeign = { token: foreignAdmin.token };
    for (const organizationId of [otherSchool, await orgOf(child)]) {
      const path = `/organizations/${organizationId}/guardianships/${link}/revoke`;
      expect((await server.ask('POST', path, asForeign)).status).toBe(404);
    }
    expect(await links(child)).toMatchObject([{ status: 'active' }]);
  });

  it('comes with the end of the guardian’s membership too', async () => {
    const { child, parent } = await family();
    await sql(server.databaseUrl, `update organization_memberships set left_at = now() where user_id = $1`, [
      parent.id,
    ]);
    expect([403, 404]).toContain(await sees(parent, child));
  });
});

describe('the school', () => {
  const list = (who: Person, organizationId: string, query = '') =>
    server.ask<{ items: SchoolGuardianshipView[]; nextCursor: string | null }>(
      'GET',
      `/organizations/${organizationId}/guardianships${query}`,
      { token: who.token },
    );

  it('sees its own links and requests, page by page, and approves or rejects', async () => {
    const organizationId = await orgOf(admin);
    const child = await person();
    const [first, second] = [await person('parent'), await person('parent')];
    for (const one of [first, second])
      await request(one, { childCode: await userCode(child), relationship: 'mother' });
    const page = await list(admin, organizationId, '?status=pending&limit=1');
    expect(page.body.items).toHaveLength(1);
    const next = await list(admin, organizationId, `?status=pending&limit=1&cursor=${page.body.nextCursor}`);
    const ids = [page.body.items[0], next.body.items[0]].map((one) => one?.id);
    expect(new Set(ids).size).toBe(2);
    const approve = `/organizations/${organizationId}/guardianships/${ids[0]}/approve`;
    expect((await server.ask('POST', approve, { token: admin.token })).body).toMatchObject({
      status: 'active',
    });
    const reject = `/organizations/${organizationId}/guardianships/${ids[1]}/reject`;
    expect((await server.ask('POST', reject, { token: admin.token })).body).toMatchObject({
      status: 'rejected',
    });
    expect((await children(second)).length).toBe(1);
    expect(await children(first)).toEqual([]);
  });

  it('keeps it from everybody without the right, and from other schools', async () => {
    const { child, parent } = await family();
    const organizationId = await orgOf(child);
    for (const who of [child, parent, await person('instructor')])
      expect((await list(who, organizationId)).status).toBe(403);
    expect((await list(foreignAdmin, organizationId)).status).toBe(404);
    const foreign = await list(foreignAdmin, await orgOf(foreignAdmin));
    expect(foreign.body.items).toEqual([]);
  });

  it('finds every step in the audit trail, without the code', async () => {
    const child = await person();
    const parent = await person('parent');
    const code = await codeOf(child);
    const { body } = await enter(parent, { code, relationship: 'mother' });
    await server.ask('DELETE', `/me/children/${body.id}`, { token: parent.token });
    const rows = await sql<{ action: string; details: string }>(
      server.databaseUrl,
      `select l.action, to_jsonb(d)::text as details from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.resource_id in ($1, $2) order by l.seq`,
      [body.id, child.id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'guardianship.code_made',
      'guardianship.linked',
      'guardianship.revoked',
    ]);
    for (const { details } of rows) expect(details).not.toContain(code);
  });
});

// The last one: it turns the clock.
describe('a link code', () => {
  it('expires after seven days', async () => {
    const child = await person();
    const parent = await person('parent');
    const code = await codeOf(child);
    server.clock.advance(7 * 24 * 3_600_000);
    const reply = await enter(await again(parent), { code, relationship: 'mother' });
    expect(reply).toMatchObject({ status: 410, body: { code: 'proof_expired' } });
  });
});
