import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CourseInvitationOutcome } from '../../shared/courses/invitations.ts';
import type { MeView, SignedInView } from '../../shared/identity/contract.ts';
import type { InvitationPreview, InvitationView } from '../../shared/identity/invitations.ts';
import { system } from '../../server/kernel/actor.ts';
import { mailboxOf } from '../identity/mailbox.ts';
import type { Mailbox } from '../identity/mailbox.ts';
import { startServer } from '../identity/server.ts';
import type { Reply, TestServer } from '../identity/server.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';

const day = 86_400_000;
const chosen = 'a fine long passphrase 7';

interface Person {
  userId: string;
  email: string;
  token: string;
}

let server: TestServer;
let mailbox: Mailbox;
let ada: Person;
let biology: string;

beforeAll(async () => {
  server = await startServer();
  mailbox = mailboxOf(server.url);
  await rows(`insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
});
afterAll(() => server.close());
beforeEach(async () => {
  ada = await person('instructor');
  biology = await createCourse(server.databaseUrl, ada.userId, 'Biology');
});

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

/** Somebody signed in, a member of the organization of all courses here, or of another one. */
async function person(role: string, organization?: string): Promise<Person> {
  const email = address();
  const displayName = `A ${role}`;
  const userId = await createUser(server.databaseUrl, { email, displayName, role, organization });
  return signedIn({ userId, email, token: '' });
}

async function signedIn(who: Person): Promise<Person> {
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', {
    body: { email: who.email, password },
  });
  return { ...who, token: body.accessToken };
}

const address = (): string => `${randomUUID()}@test.lectern`;

const ask = <T = Record<string, unknown>>(
  who: Person | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<Reply<T>> => server.ask<T>(method, path, { ...(who ? { token: who.token } : {}), body });

const path = (courseId = biology): string => `/courses/${courseId}/invitations`;
const invite = (emails: string[], who = ada, message: string | null = null) =>
  ask<{ items: CourseInvitationOutcome[] }>(who, 'POST', path(), { emails, message });

/** Invites somebody and gives the secret of the link. */
async function invited(email = address(), who = ada): Promise<{ email: string; token: string; id: string }> {
  const { body } = await invite([email], who);
  expect(body.items?.map(({ outcome }) => outcome)).toEqual(['invited']);
  return { email, token: await mailbox.token(email), id: body.items[0]?.invitation?.id ?? '' };
}

const preview = (token: string) => ask<InvitationPreview>(null, 'POST', '/invitations/preview', { token });
const accept = (who: Person, token: string) =>
  ask<{ organizationId: string; courseId: string }>(who, 'POST', '/invitations/accept', { token });
const decline = (token: string) => ask(null, 'POST', '/invitations/decline', { token });
const register = (token: string) =>
  ask<SignedInView>(null, 'POST', '/invitations/register', {
    token,
    displayName: 'Nora New',
    password: chosen,
  });

/** What every way to use a link answers. */
async function answersTo(token: string, who: Person): Promise<(string | undefined)[]> {
  const replies = [
    await preview(token),
    await register(token),
    await accept(who, token),
    await decline(token),
  ];
  return replies.map(({ body }) => (body as { code?: string } | null)?.code);
}
const every = (code: string): string[] => Array.from({ length: 4 }, () => code);

const enrollmentOf = async (email: string) =>
  (
    await rows<{ enrollment_type: string; enrolled_by: string; status: string }>(
      `select e.enrollment_type, e.enrolled_by, e.status from enrollments e join users u on u.id = e.user_id
       where u.email = $1 and e.course_id = $2`,
      email,
      biology,
    )
  )[0];
const statusOf = async (id: string) =>
  (await rows<{ status: string }>('select status from invitations where id = $1', id))[0]?.status;
const places = async () =>
  (await rows<{ n: number }>('select enrollment_count as n from courses where id = $1', biology))[0]?.n;
const standing = (who: Person) => server.courses.standing(server.db.em(), who, biology);

describe('inviting to a course', () => {
  it('sends a link to each address once, and tells of those who need none', async () => {
    const [learner, member] = [await person('student'), await person('student')];
    await enroll(server.databaseUrl, learner.userId, biology);
    const [fresh, waiting] = [address(), address()];
    await invite([waiting]);
    const emails = [fresh, fresh.toUpperCase(), waiting, learner.email, member.email];
    const reply = await invite(emails, ada, 'See you on Monday');
    expect(reply.status).toBe(201);
    expect(reply.body.items.map(({ email, outcome }) => [email, outcome])).toEqual([
      [fresh, 'invited'],
      [waiting, 'already_invited'],
      [learner.email, 'already_enrolled'],
      [member.email, 'invited'],
    ]);
    const [letter] = await mailbox.to(fresh);
    expect(letter?.subject).toBe('Invitation to Biology');
    expect(letter?.text).toContain('A instructor invites you to Biology at ');
    expect(letter?.text).toContain('See you on Monday');
    expect((await preview(await mailbox.token(fresh))).body).toMatchObject({
      course: { id: biology, title: 'Biology' },
      invitedBy: 'A instructor',
      email: fresh,
      grantRole: 'student',
      message: 'See you on Monday',
      hasAccount: false,
    });
  });

  it('is for those who may manage enrolments there, who see it on the course', async () => {
    const [learner, stranger, helper, admin] = await Promise.all([
      person('student'),
      person('admin', 'elsewhere'),
      person('instructor'),
      person('admin'),
    ]);
    await enroll(server.databaseUrl, learner.userId, biology);
    await rows(
      `insert into user_roles (user_id, role_id, context_type, context_id)
       select $1, id, 'course', $2 from roles where slug = 'course_assistant'`,
      helper.userId,
      biology,
    );
    const { id } = await invited();
    for (const [who, code] of [
      [learner, 'forbidden'],
      [helper, 'forbidden'],
      [stranger, 'not_found'],
    ] as const) {
      const replies = [
        await invite([address()], who),
        await ask(who, 'GET', path()),
        await ask(who, 'POST', `${path()}/${id}/revoke`),
        await ask(who, 'POST', `${path()}/${id}/resend`),
      ];
      expect(replies.map(({ body }) => body.code)).toEqual(every(code));
    }
    for (const [who, may] of [
      [ada, true],
      [admin, true],
      [helper, false],
      [learner, false],
    ] as const) {
      const { body } = await ask(who, 'GET', `/courses/${biology}`);
      expect(body).toMatchObject({ canManageEnrollments: may, isOpen: true });
    }
    expect((await invite([address()], admin)).status).toBe(201);
  });

  it('is listed in its course and nowhere else, the newest first', async () => {
    const admin = await person('admin');
    const other = await createCourse(server.databaseUrl, ada.userId, 'Physics');
    const [first, second] = [await invited(), await invited()];
    const list = (where: string, who = ada) =>
      ask<{ items: InvitationView[]; nextCursor: string | null }>(who, 'GET', where);
    const page = (await list(`${path()}?limit=1`)).body;
    expect(page.items).toMatchObject([{ id: second.id, email: second.email, status: 'pending' }]);
    expect((await list(`${path()}?limit=1&cursor=${page.nextCursor}`)).body.items).toMatchObject([
      { id: first.id, invitedBy: { id: ada.userId } },
    ]);
    expect((await list(path(other))).body.items).toEqual([]);
    const [{ id: organizationId } = { id: '' }] = await rows<{ id: string }>(
      `select id from organizations where slug = 'default'`,
    );
    expect((await list(`/organizations/${organizationId}/invitations`, admin)).body.items).toEqual([]);
    const elsewhere = [
      await ask(ada, 'POST', `${path(other)}/${first.id}/revoke`),
      await ask(admin, 'POST', `/organizations/${organizationId}/invitations/${first.id}/revoke`),
    ];
    expect(elsewhere.map(({ body }) => body.code)).toEqual(['not_found', 'not_found']);
  });

  it('asks the domains of the organization of outsiders only', async () => {
    const member = await person('student');
    const domains = (list: string[]) =>
      rows(
        `update organizations set settings = settings || jsonb_build_object('emailDomains', $1::jsonb) where slug = 'default'`,
        JSON.stringify(list),
      );
    await domains(['school.example']);
    const refused = await invite([member.email, address()]);
    expect(refused.body).toMatchObject({ code: 'invalid_input', errors: [{ path: 'emails.1' }] });
    const { token } = await invited(member.email);
    expect((await accept(member, token)).status).toBe(200);
    await domains([]);
  });

  it('refuses bad input', async () => {
    for (const body of [
      {},
      { emails: [] },
      { emails: ['nobody'] },
      { emails: [address()], grantRole: 'admin' },
    ])
      expect((await ask(ada, 'POST', path(), body)).body.code).toBe('invalid_input');
  });
});

describe('accepting', () => {
  it('lets a member in, enrolled by whoever invited, and tells of it once, however often they ask', async () => {
    const ben = await person('student');
    const { token, id } = await invited(ben.email);
    const reply = await accept(ben, token);
    expect(reply.body).toMatchObject({ courseId: biology });
    expect(await accept(ben, token)).toMatchObject({ status: 200, body: reply.body });
    expect(await enrollmentOf(ben.email)).toEqual({
      enrollment_type: 'invitation',
      enrolled_by: ada.userId,
      status: 'enrolled',
    });
    expect([await standing(ben), await places(), await statusOf(id)]).toEqual(['learner', 1, 'accepted']);
    const told = await server.events('courses.enrollment.started');
    expect(told.filter(({ userId }) => userId === ben.userId)).toEqual([
      { userId: ben.userId, courseId: biology },
    ]);
    const trail = await rows<{ action: string }>(
      `select action from audit_logs where user_id = $1 and action ~ '^(invitation|enrollment)' order by id`,
      ben.userId,
    );
    expect(trail.map(({ action }) => action).toSorted()).toEqual([
      'enrollment.started',
      'invitation.accepted',
    ]);
    expect(await answersTo(token, await person('student'))).toEqual(every('invitation_invalid'));
  });

  it('makes somebody of elsewhere a member, once, also when it is tried twice at the same time', async () => {
    const guest = await person('instructor', 'elsewhere');
    const { token } = await invited(guest.email);
    const both = await Promise.all([accept(guest, token), accept(guest, token)]);
    expect(both.map(({ status, body }) => [status, body.courseId])).toEqual([
      [200, biology],
      [200, biology],
    ]);
    const me = await ask<MeView>(guest, 'GET', '/me');
    expect(me.body.organizations.map(({ role }) => role)).toEqual(['member', 'member']);
    const held = await rows<{ slug: string }>(
      `select r.slug from user_roles a join roles r on r.id = a.role_id
       where a.user_id = $1 and a.organization_id is not null and a.revoked_at is null`,
      guest.userId,
    );
    // Whoever teaches elsewhere is here what everybody is.
    expect(held).toEqual([{ slug: 'student' }]);
    expect([await standing(guest), await places()]).toEqual(['learner', 1]);
  });

  it('is used up for whoever accepted once they are out of the course', async () => {
    const ben = await person('student');
    const { token } = await invited(ben.email);
    const again = async () => (await accept(ben, token)).body.code ?? 'arrived';
    expect(await again()).toBe('arrived');
    const change = (table: 'courses' | 'enrollments', set: string) =>
      rows(`update ${table} set ${set} where ${table === 'courses' ? 'id' : 'course_id'} = $1`, biology);
    for (const [table, ended, stands] of [
      ['enrollments', `status = 'suspended'`, `status = 'enrolled'`],
      ['enrollments', `expires_at = now() - interval '1 day'`, 'expires_at = null'],
      ['courses', 'deleted_at = now()', 'deleted_at = null'],
    ] as const) {
      await change(table, ended);
      expect([ended, await again()]).toEqual([ended, 'invitation_invalid']);
      await change(table, stands);
      expect([stands, await again()]).toEqual([stands, 'arrived']);
    }
    await server.courses.unenroll(system, { courseId: biology, userId: ben.userId });
    expect(await again()).toBe('invitation_invalid');
    expect((await enrollmentOf(ben.email))?.status).toBe('withdrawn');
  });

  it('registers somebody new, who is in the course at once', async () => {
    const { email, token } = await invited();
    const reply = await register(token);
    expect(reply.status).toBe(201);
    expect(reply.body.user).toMatchObject({ email, emailVerified: true, role: 'student' });
    expect(await enrollmentOf(email)).toMatchObject({
      enrollment_type: 'invitation',
      enrolled_by: ada.userId,
    });
    const mine = await server.ask<{ items: { id: string }[] }>('GET', '/me/courses', {
      token: reply.body.accessToken,
    });
    expect(mine.body.items.map(({ id }) => id)).toEqual([biology]);
  });

  it('is for the address it was sent to, once that is confirmed', async () => {
    const [ben, eve] = [await person('student'), await person('student')];
    const { token } = await invited(ben.email);
    expect((await accept(eve, token)).body.code).toBe('invitation_invalid');
    await rows('update users set email_verified_at = null where id = $1', ben.userId);
    expect((await accept(ben, token)).body.code).toBe('verification_required');
    expect(await enrollmentOf(eve.email)).toBeUndefined();
  });

  it('tells who is in already, and takes back who had left', async () => {
    const ben = await person('student');
    const { token } = await invited(ben.email);
    await server.courses.enroll(system, { courseId: biology, userId: ben.userId });
    expect(await accept(ben, token)).toMatchObject({ status: 409, body: { code: 'already_enrolled' } });
    await server.courses.unenroll(system, { courseId: biology, userId: ben.userId });
    expect((await accept(ben, token)).status).toBe(200);
    expect(await enrollmentOf(ben.email)).toMatchObject({
      enrollment_type: 'invitation',
      status: 'enrolled',
    });
  });

  it('does not lift what a teacher has decided', async () => {
    const ben = await person('student');
    await enroll(server.databaseUrl, ben.userId, biology);
    await rows(`update enrollments set status = 'suspended' where user_id = $1`, ben.userId);
    const { token } = await invited(ben.email);
    expect((await accept(ben, token)).body.code).toBe('enrollment_refused');
    expect((await enrollmentOf(ben.email))?.status).toBe('suspended');
  });

  it('takes back whose time was over, in the place that they had', async () => {
    const ben = await person('student');
    await enroll(server.databaseUrl, ben.userId, biology);
    await rows(`update enrollments set expires_at = now() - interval '1 day' where user_id = $1`, ben.userId);
    const { token } = await invited(ben.email);
    expect([(await accept(ben, token)).status, await standing(ben), await places()]).toEqual([
      200,
      'learner',
      1,
    ]);
  });

  it('fills the last place once, and leaves nothing behind of who came too late', async () => {
    await rows('update courses set max_enrollments = 1 where id = $1', biology);
    const guests = await Promise.all([person('student', 'elsewhere'), person('student', 'elsewhere')]);
    const tokens: string[] = [];
    for (const { email } of guests) tokens.push((await invited(email)).token);
    const fresh = await invited();
    const both = await Promise.all(guests.map((guest, n) => accept(guest, tokens[n] ?? '')));
    expect(both.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 409]);
    expect(both.map(({ body }) => body.code)).toContain('course_full');
    const late = both.findIndex(({ status }) => status === 409);
    const me = await ask<MeView>(guests[late] ?? null, 'GET', '/me');
    expect(me.body.organizations).toHaveLength(1);
    expect((await register(fresh.token)).body.code).toBe('course_full');
    expect(await rows('select 1 from users where email = $1', fresh.email)).toEqual([]);
    // A place that is free again is theirs.
    await rows('update courses set max_enrollments = 2 where id = $1', biology);
    expect((await register(fresh.token)).status).toBe(201);
  });
});

describe('links to a course that do not hold', () => {
  it('were declined, or taken back', async () => {
    const ben = await person('student');
    const [one, other] = [await invited(), await invited()];
    expect((await decline(one.token)).status).toBe(204);
    expect(await answersTo(one.token, ben)).toEqual(every('invitation_invalid'));
    const revoke = () => ask(ada, 'POST', `${path()}/${other.id}/revoke`);
    expect((await revoke()).body['status']).toBe('revoked');
    expect((await revoke()).body.code).toBe('conflict');
    expect(await answersTo(other.token, ben)).toEqual(every('invitation_invalid'));
    // Whoever declined may be asked again.
    expect((await invite([one.email])).body.items[0]?.outcome).toBe('invited');
  });

  it('were sent anew: only the newest one holds', async () => {
    const ben = await person('student');
    const { token, id, email } = await invited(ben.email);
    const resend = () => ask(ada, 'POST', `${path()}/${id}/resend`);
    expect(await resend()).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    server.clock.advance(60_000);
    expect((await resend()).status).toBe(200);
    const newer = await mailbox.token(email, 2);
    expect((await accept(ben, token)).body.code).toBe('invitation_invalid');
    expect((await accept(ben, newer)).status).toBe(200);
  });

  it('lead to a course that is archived, deleted, or of another organization by now', async () => {
    const ben = await person('student');
    const { token } = await invited(ben.email);
    const change = (set: string) => rows(`update courses set ${set} where id = $1`, biology);
    await change(`status = 'archived'`);
    expect(await answersTo(token, ben)).toEqual(every('course_closed'));
    expect((await invite([address()])).body.code).toBe('course_closed');
    await change(`status = 'published', deleted_at = now()`);
    expect(await answersTo(token, ben)).toEqual(every('course_closed'));
    expect((await invite([address()])).body.code).toBe('not_found');
    await change(
      `deleted_at = null, organization_id = (select id from organizations where slug = 'elsewhere')`,
    );
    expect(await answersTo(token, ben)).toEqual(every('course_closed'));
    await change(`organization_id = (select id from organizations where slug = 'default')`);
    expect((await accept(ben, token)).status).toBe(200);
  });

  it('were sent by somebody who may not enrol any more, or into an organization that is suspended', async () => {
    const ben = await person('student');
    const { token } = await invited(ben.email);
    const other = await person('instructor');
    const lead = (who: Person) =>
      rows('update courses set instructor_id = $1 where id = $2', who.userId, biology);
    await lead(other);
    expect(await answersTo(token, ben)).toEqual(every('invitation_invalid'));
    await lead(ada);
    await rows(`update organizations set status = 'suspended' where slug = 'default'`);
    const refused = await preview(token);
    await rows(`update organizations set status = 'active' where slug = 'default'`);
    expect(refused.body.code).toBe('invitation_invalid');
    expect((await preview(token)).status).toBe(200);
  });

  it('are too old; guessing them is rate limited', async () => {
    let ben = await person('student');
    const { token, id } = await invited(ben.email);
    server.clock.advance(14 * day + 1000);
    ben = await signedIn(ben);
    ada = await signedIn(ada);
    expect(await answersTo(token, ben)).toEqual(every('invitation_invalid'));
    await server.identity.sweep();
    expect(await statusOf(id)).toBe('expired');
    expect((await ask(ada, 'POST', `${path()}/${id}/resend`)).body['status']).toBe('pending');
    expect((await accept(ben, await mailbox.token(ben.email, 2))).status).toBe(200);
    const guesses = await Promise.all(Array.from({ length: 121 }, () => preview(randomUUID())));
    expect(new Set(guesses.map(({ body }) => body.code))).toEqual(
      new Set(['invitation_invalid', 'rate_limited']),
    );
  });
});
