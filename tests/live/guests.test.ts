import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  InvitationArrival,
  InvitationPreview,
  InvitationView,
} from '../../shared/identity/invitations.ts';
import { limits } from '../../shared/kernel/limits.ts';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { joinCodeInput, readableJoinCode } from '../../shared/live/guests.ts';
import type { GuestInvitationOutcome, GuestView, JoinCodeView } from '../../shared/live/guests.ts';
import { mailboxOf } from '../identity/mailbox.ts';
import type { Mailbox } from '../identity/mailbox.ts';
import { signIn } from '../support/actors.ts';
import type { TestActor } from '../support/actors.ts';
import { startTestApp } from '../support/app.ts';
import type { TestApp } from '../support/app.ts';
import { createClass, createSchool, createUser, sql } from '../support/factories.ts';
import type { School } from '../support/factories.ts';
import { LiveSocket } from '../support/socket.ts';

const dayMs = 86_400_000;
const chosen = 'a fine long passphrase 7';

let app: TestApp;
let school: School;
let mailbox: Mailbox;
let teacher: TestActor;
let student: TestActor;
let room: { sessionId: string; noteId: string };
const sockets: LiveSocket[] = [];

beforeAll(async () => {
  app = await startTestApp({ graceSeconds: 2 });
  mailbox = mailboxOf(app.url);
  school = await createSchool(app.databaseUrl, { students: 1 });
  teacher = await signIn(app.url, 'teacher@test.lectern');
  student = await signIn(app.url, 'student1@test.lectern');
  await sql(app.databaseUrl, `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
});
beforeEach(async () => {
  room = await createClass(app.databaseUrl, school);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});
afterAll(() => app.destroy());

const address = (): string => `${randomUUID()}@test.lectern`;

/** Somebody signed in who has nothing to do with the course; of the school, or of another one. */
async function outsider(
  input: { role?: string; organization?: string; email?: string } = {},
): Promise<TestActor> {
  const email = input.email ?? address();
  await createUser(app.databaseUrl, { ...input, email, displayName: 'Olu Outsider' });
  return signIn(app.url, email);
}

async function connect(who: TestActor): Promise<LiveSocket> {
  const socket = await LiveSocket.connect(app.url, who.accessToken);
  sockets.push(socket);
  return socket;
}

const at = (path: string, sessionId = room.sessionId): string => `/live-sessions/${sessionId}${path}`;
const newCode = async (who = teacher): Promise<string> => {
  const { body } = await who.rest<JoinCodeView>('POST', at('/join-code'));
  return body.code ?? '';
};
const use = (who: TestActor, code: string) =>
  who.rest<{ sessionId: string }>('POST', '/live-sessions/join', { code });
const guests = (who = teacher) =>
  who.rest<{ items: GuestView[]; nextCursor: string | null }>('GET', at('/guests'));
const invite = (emails: string[], who = teacher) =>
  who.rest<{ items: GuestInvitationOutcome[] }>('POST', at('/invitations'), { emails, message: 'Do come' });
const accept = (who: TestActor, token: string) =>
  who.rest<InvitationArrival>('POST', '/invitations/accept', { token });
const change = (status: 'start' | 'end' | 'reopen') => teacher.rest('POST', at(`/${status}`));
const guestClass = async (who: TestActor, as = '&as=guest') => {
  const [from, to] = [new Date(Date.now() - dayMs), new Date(Date.now() + dayMs)].map((one) =>
    one.toISOString(),
  );
  const { body } = await who.rest<{ items: LiveSessionView[] }>(
    'GET',
    `/me/live-sessions?from=${from}&to=${to}${as}`,
  );
  return body.items.map(({ id }) => id);
};

describe('the code of a class', () => {
  it('[LV45] lets a member of the organization into this one class, and into nothing else of its course', async () => {
    const guest = await outsider();
    expect((await guest.rest('GET', at(''))).status).toBe(404);
    const code = await newCode();
    const typed = ` ${readableJoinCode(code).toLowerCase()} `;
    expect(await use(guest, typed)).toMatchObject({ status: 200, body: { sessionId: room.sessionId } });
    // The answer may have been lost.
    expect(await use(guest, code)).toMatchObject({ status: 200, body: { sessionId: room.sessionId } });

    const seen = await guest.rest<LiveSessionView>('GET', at(''));
    expect(seen.body).toMatchObject({ isGuest: true, canHost: false, canInvite: false });
    expect(await guestClass(guest)).toEqual([room.sessionId]);
    expect(await guestClass(guest, '')).toEqual([room.sessionId]);
    expect((await guest.rest('GET', `/courses/${school.courseId}`)).status).toBe(404);
    expect((await guest.rest('GET', `/courses/${school.courseId}/live-sessions`)).status).toBe(404);
    const other = await createClass(app.databaseUrl, school);
    expect((await guest.rest('GET', at('', other.sessionId))).status).toBe(404);
    expect((await (await connect(guest)).send('join', { sessionId: other.sessionId })).ok).toBe(false);

    const watcher = await connect(teacher);
    await watcher.join(room.sessionId);
    const socket = await connect(guest);
    const { snapshot } = await socket.join(room.sessionId);
    expect(snapshot.me.role).toBe('attendee');
    expect(snapshot.session).toMatchObject({ isGuest: true, canInvite: false });
    const joined = await watcher.fact('participant.joined', ({ userId }) => userId === guest.user.id);
    expect(joined).toMatchObject({ isGuest: true, role: 'attendee' });
    await socket.durable('chat.send', { text: 'Hello from next door' });
    await socket.durable('hand.raise');
    const note = await guest.rest<{ access: string }>('POST', `/notes/${room.noteId}/token`);
    expect(note.body.access).toBe('edit');
  });

  it('[LV45] leaves those as they are who may be in the class anyway', async () => {
    const code = await newCode();
    expect(await use(student, code)).toMatchObject({ status: 200, body: { sessionId: room.sessionId } });
    expect(await use(teacher, code)).toMatchObject({ status: 200, body: { sessionId: room.sessionId } });
    expect((await guests()).body.items).toEqual([]);
    const seen = await student.rest<LiveSessionView>('GET', at(''));
    expect(seen.body.isGuest).toBe(false);
  });

  it('[LV46] says nothing of a class to who has no code for it, or is of another organization', async () => {
    const guest = await outsider();
    const code = await newCode();
    const again = await newCode();
    expect(again).not.toBe(code);
    const stranger = await outsider({ organization: 'elsewhere' });
    for (const [who, tried] of [
      [guest, 'ABCDEFGH'],
      [guest, code],
      [stranger, again],
    ] as const)
      expect(await use(who, tried)).toMatchObject({ status: 404, body: { code: 'join_code_invalid' } });
    expect((await stranger.rest('GET', at(''))).status).toBe(404);
    for (const bad of ['', 'ABC', 'ABCDEFGHJ', 'ABCD-EFGI', 7, null])
      expect((await guest.rest('POST', '/live-sessions/join', { code: bad })).body.code).toBe(
        'invalid_input',
      );
    await teacher.rest('DELETE', at('/join-code'));
    expect((await teacher.rest<JoinCodeView>('GET', at('/join-code'))).body).toEqual({ code: null });
    expect((await use(guest, again)).body.code).toBe('join_code_invalid');
    expect((await guests()).body.items).toEqual([]);
  });

  it('[LV46] cannot be guessed: ten tries in ten minutes', async () => {
    const guesser = await outsider();
    const codes: (string | undefined)[] = [];
    for (let n = 0; n < 12; n += 1) codes.push((await use(guesser, 'ZZZZZZZZ')).body.code);
    expect(codes.slice(0, 10)).toEqual(Array(10).fill('join_code_invalid'));
    expect(codes.slice(10)).toEqual(['rate_limited', 'rate_limited']);
    // Not even with the right one, then.
    expect((await use(guesser, await newCode())).body.code).toBe('rate_limited');
  });

  it('[LV46] ends with the class, also for a reopened one', async () => {
    const code = await newCode();
    const guest = await outsider();
    await use(guest, code);
    await change('end');
    const late = await outsider();
    expect((await use(late, code)).body.code).toBe('join_code_invalid');
    expect((await teacher.rest('POST', at('/join-code'))).body.code).toBe('class_over');
    await change('reopen');
    expect((await use(late, code)).body.code).toBe('join_code_invalid');
    // Who was a guest is one still.
    expect((await (await connect(guest)).join(room.sessionId)).snapshot.me.role).toBe('attendee');
    expect((await use(late, await newCode())).status).toBe(200);
  });

  it('[LV46] is for those to see and to change who may manage the class', async () => {
    const guest = await outsider();
    const code = await newCode();
    await use(guest, code);
    const nobody = await outsider();
    for (const [who, expected] of [
      [guest, 'forbidden'],
      [student, 'forbidden'],
      [nobody, 'not_found'],
    ] as const) {
      const tried = [
        who.rest('GET', at('/join-code')),
        who.rest('POST', at('/join-code')),
        who.rest('DELETE', at('/join-code')),
        guests(who),
        invite([address()], who),
        who.rest('GET', at('/invitations')),
        who.rest('DELETE', at(`/guests/${guest.user.id}`)),
        who.rest('PUT', at(`/guests/${guest.user.id}`)),
      ];
      for (const reply of await Promise.all(tried)) expect(reply.body.code).toBe(expected);
    }
    expect((await teacher.rest<JoinCodeView>('GET', at('/join-code'))).body).toEqual({ code });
  });

  it('[LV46] opens nothing that was forbidden by name, or where the organization is suspended', async () => {
    const guest = await outsider();
    await sql(
      app.databaseUrl,
      `insert into user_permissions (user_id, permission_id, granted) select $1, id, false from permissions where slug = 'live.join'`,
      [guest.user.id],
    );
    const code = await newCode();
    expect((await use(guest, code)).body.code).toBe('forbidden');
    expect((await guests()).body.items).toEqual([]);
    const other = await outsider();
    await sql(app.databaseUrl, `update organizations set status = 'suspended' where slug = 'default'`);
    try {
      expect((await use(other, code)).body.code).toBe('organization_suspended');
    } finally {
      await sql(app.databaseUrl, `update organizations set status = 'active' where slug = 'default'`);
    }
  });

  it(`[LV46] lets ${limits.guestsPerClass} guests in and no more`, async () => {
    await sql(
      app.databaseUrl,
      `with made as (
         insert into users (code, primary_role_id, email, first_name, display_name, status)
         select 'GST' || nextval('user_code_seq'), r.id, gen_random_uuid() || '@test.lectern', 'G', 'G', 'active'
         from roles r, generate_series(1, $2) where r.slug = 'student' and r.organization_id is null returning id
       ) insert into live_session_participants (session_id, user_id, guest_since) select $1, id, now() from made`,
      [room.sessionId, limits.guestsPerClass],
    );
    const guest = await outsider();
    const code = await newCode();
    expect((await use(guest, code)).body.code).toBe('session_full');
    const { body: page } = await guests();
    expect(page.items).toHaveLength(50);
    const next = await teacher.rest<{ items: GuestView[] }>(
      'GET',
      at(`/guests?cursor=${page.nextCursor}&limit=100`),
    );
    expect(next.body.items).toHaveLength(100);
    await teacher.rest('DELETE', at(`/guests/${page.items[0]?.userId}`));
    expect((await use(guest, code)).status).toBe(200);
    expect((await teacher.rest('PUT', at(`/guests/${page.items[0]?.userId}`))).body.code).toBe(
      'session_full',
    );
  });
});

describe('taking a guest out', () => {
  it('[LV47] ends sockets and the note at once; the code lets them in no more, whoever may does', async () => {
    const guest = await outsider();
    const code = await newCode();
    await use(guest, code);
    const watcher = await connect(teacher);
    await watcher.join(room.sessionId);
    const socket = await connect(guest);
    await socket.join(room.sessionId);

    const taken = await teacher.rest<GuestView>('DELETE', at(`/guests/${guest.user.id}`));
    expect(taken.body).toMatchObject({ userId: guest.user.id, endedAt: expect.any(String) });
    await socket.closed();
    await watcher.fact('participant.left', ({ userId }) => userId === guest.user.id);
    expect((await guest.rest('GET', at(''))).status).toBe(404);
    expect((await guest.rest('POST', `/notes/${room.noteId}/token`)).status).not.toBe(200);
    expect(await guestClass(guest)).toEqual([]);
    expect((await use(guest, code)).body.code).toBe('participant_removed');
    // Twice is once.
    expect((await teacher.rest('DELETE', at(`/guests/${guest.user.id}`))).body).toEqual(taken.body);

    const back = await teacher.rest<GuestView>('PUT', at(`/guests/${guest.user.id}`));
    expect(back.body).toMatchObject({ userId: guest.user.id, endedAt: null });
    expect((await (await connect(guest)).join(room.sessionId)).snapshot.me.role).toBe('attendee');
    expect((await teacher.rest('DELETE', at(`/guests/${student.user.id}`))).status).toBe(404);
    const events = await sql<{ action: string }>(
      app.databaseUrl,
      `select action from audit_logs where resource_id = $1 order by seq`,
      [room.sessionId],
    );
    expect(events.map(({ action }) => action)).toEqual([
      'live_session.code_opened',
      'live_session.guest_came',
      'live_session.guest_taken_out',
      'live_session.guest_let_in',
    ]);
  });

  it('[LV47] does not keep out who learns in the course by now', async () => {
    const guest = await outsider();
    await use(guest, await newCode());
    await teacher.rest('DELETE', at(`/guests/${guest.user.id}`));
    await sql(
      app.databaseUrl,
      `insert into enrollments (organization_id, user_id, course_id) select organization_id, $1, id from courses where id = $2`,
      [guest.user.id, school.courseId],
    );
    expect((await (await connect(guest)).join(room.sessionId)).snapshot.me.role).toBe('attendee');
  });
});

describe('an invitation to one class', () => {
  it('[LV48] is accepted by an outsider of the course once, who is a guest then', async () => {
    const email = address();
    const guest = await outsider({ email });
    const sent = await invite([email, email]);
    expect(sent.body.items.map(({ outcome }) => outcome)).toEqual(['invited']);
    expect((await invite([email])).body.items.map(({ outcome }) => outcome)).toEqual(['already_invited']);
    const [mail] = await mailbox.to(email);
    expect(mail?.text).toContain('invites you to Photosynthesis at');
    expect(mail?.text).toContain('UTC');
    const token = await mailbox.token(email);
    const { body: shown } = await guest.rest<InvitationPreview>('POST', '/invitations/preview', { token });
    expect(shown).toMatchObject({
      course: null,
      liveSession: { id: room.sessionId, title: 'Photosynthesis' },
      hasAccount: true,
    });
    const arrival = { courseId: null, sessionId: room.sessionId };
    expect(await accept(guest, token)).toMatchObject({ status: 200, body: arrival });
    // The same person is answered as before; nobody else is.
    expect(await accept(guest, token)).toMatchObject({ status: 200, body: arrival });
    expect((await accept(await outsider(), token)).body.code).toBe('invitation_invalid');
    expect((await invite([email])).body.items.map(({ outcome }) => outcome)).toEqual(['already_in']);
    expect((await guests()).body.items.map(({ userId }) => userId)).toEqual([guest.user.id]);
    expect((await (await connect(guest)).join(room.sessionId)).snapshot.me.role).toBe('attendee');
  });

  it('[LV48] makes an account for who has none, a member of the organization and no more', async () => {
    const email = address();
    await invite([email]);
    const token = await mailbox.token(email);
    const registered = await fetch(`${app.url}/api/v1/invitations/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, displayName: 'Nora New', password: chosen }),
    });
    expect(registered.status).toBe(201);
    const nora = await signIn(app.url, email, chosen);
    expect(nora.user.role).toBe('student');
    expect(await guestClass(nora)).toEqual([room.sessionId]);
    expect((await nora.rest('GET', `/courses/${school.courseId}`)).status).toBe(404);
  });

  it('[LV48] brings in who was taken out, asked by name again', async () => {
    const email = address();
    const guest = await outsider({ email });
    await use(guest, await newCode());
    await teacher.rest('DELETE', at(`/guests/${guest.user.id}`));
    expect((await invite([email])).body.items.map(({ outcome }) => outcome)).toEqual(['invited']);
    expect((await accept(guest, await mailbox.token(email))).status).toBe(200);
    expect((await (await connect(guest)).join(room.sessionId)).snapshot.me.role).toBe('attendee');
  });

  it('[LV48] lets take part who would only look on', async () => {
    const email = address();
    const moderator = await outsider({ email, role: 'moderator' });
    expect((await (await connect(moderator)).join(room.sessionId)).snapshot.me.role).toBe('observer');
    await invite([email]);
    await accept(moderator, await mailbox.token(email));
    const socket = await connect(moderator);
    expect((await socket.join(room.sessionId)).snapshot.me.role).toBe('attendee');
  });

  it('[LV48] holds no longer than the class, and than the right of who sent it', async () => {
    const [first, second] = [address(), address()];
    const [one, two] = [await outsider({ email: first }), await outsider({ email: second })];
    const leader = await outsider({ role: 'instructor' });
    await sql(
      app.databaseUrl,
      `insert into user_roles (user_id, role_id, organization_id, context_type, context_id)
       select $1, r.id, c.organization_id, 'course', c.id from roles r, courses c where r.slug = 'course_assistant' and c.id = $2`,
      [leader.user.id, school.courseId],
    );
    await invite([first], leader);
    await sql(
      app.databaseUrl,
      `update user_roles set revoked_at = now() where user_id = $1 and context_id is not null`,
      [leader.user.id],
    );
    expect((await accept(one, await mailbox.token(first))).body.code).toBe('invitation_invalid');
    await invite([second]);
    await change('end');
    const token = await mailbox.token(second);
    expect((await accept(two, token)).body.code).toBe('class_over');
    expect((await invite([address()])).body.code).toBe('class_over');
    const { body: open } = await teacher.rest<{ items: InvitationView[] }>(
      'GET',
      at('/invitations?status=pending'),
    );
    const id = open.items.find(({ email }) => email === second)?.id ?? '';
    expect((await teacher.rest('POST', at(`/invitations/${id}/resend`))).body.code).toBe('class_over');
    const revoked = await teacher.rest<InvitationView>('POST', at(`/invitations/${id}/revoke`));
    expect(revoked.body.status).toBe('revoked');
    expect((await accept(two, token)).body.code).toBe('invitation_invalid');
    expect((await guests()).body.items).toEqual([]);
  });
});

it('reads a code as people type it', () => {
  expect(joinCodeInput.parse('abcd efgh')).toBe('ABCDEFGH');
  expect(readableJoinCode('ABCDEFGH')).toBe('ABCD-EFGH');
});
