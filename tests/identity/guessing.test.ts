import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createUser, password, sql } from '../support/factories.ts';
import { mailboxOf } from './mailbox.ts';
import { startServer } from './server.ts';
import type { Reply, TestServer } from './server.ts';

const minute = 60_000;
const good = 'blue giraffe 77 sings';

// Two nodes of one installation have one pepper.
const env = { LECTERN_TOKEN_PEPPER: 'a pepper that both nodes of this test know, long enough' };
let one: TestServer;
let two: TestServer;
let count = 0;

beforeAll(async () => {
  one = await startServer({ env });
  two = await startServer({ env, databaseUrl: one.databaseUrl });
});
afterAll(async () => {
  await two?.close();
  await one?.close();
});

const post = (server: TestServer, path: string, body: object) => server.ask('POST', path, { body });

function freshEmail(): string {
  count += 1;
  return `guessed${count}@test.lectern`;
}

/** Somebody who never confirmed their address by a code: imported, say. */
async function member(): Promise<{ email: string; id: string }> {
  const email = freshEmail();
  return { email, id: await createUser(one.databaseUrl, { email, displayName: 'Somebody' }) };
}

/** An account that waits for its address to be confirmed. */
async function pending(): Promise<string> {
  const email = freshEmail();
  const reply = await post(one, '/auth/register', { email, name: 'Grace Hopper', password: good });
  expect(reply.status).toBe(202);
  return email;
}

const signIn = (server: TestServer, email: string, secret: string) =>
  post(server, '/auth/sign-in', { email, password: secret });
const told = ({ status, body }: Reply<unknown>) => ({ status, code: body.code, data: body.data });

/** Another code than this one. */
const other = (code: string): string => (code === '111111' ? '222222' : '111111');

const failures = async (email: string): Promise<number | undefined> =>
  (
    await sql<{ n: number }>(one.databaseUrl, 'select failed_login_attempts n from users where email = $1', [
      email,
    ])
  )[0]?.n;

describe('the public operation that confirms an address', () => {
  it('says the same to the code of a sign-in as to any other guess, and leaves that code alone', async () => {
    const { email } = await member();
    await post(one, '/auth/sign-in/code', { email });
    const code = await mailboxOf(one.url).code(email);
    const verify = (guess: string) => post(one, '/auth/verification/code', { email, code: guess });
    expect(told(await verify(code))).toEqual(told(await verify(other(code))));
    expect(told(await verify(code))).toMatchObject({ status: 400, code: 'proof_invalid' });
    expect((await post(one, '/auth/sign-in/code/confirm', { email, code })).status).toBe(200);
  });

  it('takes twenty guesses of one address in a quarter of an hour, whatever they are answered', async () => {
    const { email } = await member();
    await post(one, '/auth/sign-in/code', { email });
    const guess = () => post(one, '/auth/verification/code', { email, code: '123456' });
    for (let n = 0; n < 20; n += 1) expect((await guess()).body.code).toBe('proof_invalid');
    expect(await guess()).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    // Nor at the sign-in itself.
    const code = await mailboxOf(one.url).code(email);
    expect((await post(one, '/auth/sign-in/code/confirm', { email, code })).status).toBe(429);
  });

  it('counts wrong codes towards the lock of the account, tells the owner, and sends none while it is locked', async () => {
    const email = await pending();
    const box = mailboxOf(one.url);
    const code = await box.code(email);
    for (let n = 0; n < 5; n += 1) {
      const reply = await post(one, '/auth/verification/code', { email, code: other(code) });
      expect(reply.body).toMatchObject({ code: 'wrong_code', data: { attemptsLeft: 4 - n } });
    }
    expect(await failures(email)).toBe(5);
    expect((await signIn(one, email, good)).body.code).toBe('account_locked');
    expect((await box.to(email, 2))[0]?.subject).toBe('Your account is locked for a while');
    one.clock.advance(minute);
    expect((await post(one, '/auth/verification', { email })).status).toBe(202);
    const sent = await sql<{ n: number }>(
      one.databaseUrl,
      `select count(*)::int n from verification_tokens t join users u on u.id = t.user_id where u.email = $1 and t.kind = 'otp'`,
      [email],
    );
    expect(sent).toEqual([{ n: 1 }]);
    const [entry] = await sql<{ action: string; method: string }>(
      one.databaseUrl,
      `select l.action, d.metadata->>'method' as method from audit_logs l join audit_log_details d on d.audit_log_id = l.id
       where l.resource_id = (select id from users where email = $1) and l.action = 'user.locked'`,
      [email],
    );
    expect(entry).toEqual({ action: 'user.locked', method: 'verification' });
  });

  it('locks what nobody is known by in the same way', async () => {
    const answers = async (email: string): Promise<unknown[]> => {
      const all = [];
      for (let n = 0; n < 6; n += 1)
        all.push(await post(one, '/auth/verification/code', { email, code: '000000' }));
      all.push(await signIn(one, email, 'wrong'));
      return all.map(told).map(({ status, code }) => ({ status, code }));
    };
    const known = await pending();
    const unknown = freshEmail();
    one.clock.advance(minute);
    for (const email of [known, unknown]) await post(one, '/auth/verification', { email });
    expect(await answers(unknown)).toEqual(await answers(known));
  });
});

describe('an address that nobody has, on two nodes', () => {
  it('waits between two codes as one that has an account', async () => {
    const { email } = await member();
    const answers = async (address: string) => [
      told(await post(one, '/auth/sign-in/code', { email: address })).status,
      told(await post(two, '/auth/sign-in/code', { email: address })).status,
    ];
    expect(await answers(email)).toEqual([202, 429]);
    expect(await answers(freshEmail())).toEqual([202, 429]);
  });

  it('counts wrong codes and wrong passwords together, and goes on after a restart', async () => {
    const { email: known } = await member();
    const unknown = freshEmail();
    const seen: unknown[] = [];
    for (const email of [known, unknown]) {
      await post(one, '/auth/sign-in/code', { email });
      const answers = [];
      for (const server of [two, one, two])
        answers.push(told(await post(server, '/auth/sign-in/code/confirm', { email, code: '000000' })));
      answers.push(told(await signIn(one, email, 'wrong')));
      const restarted = await startServer({ env, databaseUrl: one.databaseUrl });
      answers.push(told(await post(restarted, '/auth/sign-in/code/confirm', { email, code: '000000' })));
      await restarted.close();
      answers.push(told(await signIn(two, email, password)).status);
      seen.push(answers);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect((seen[0] as { code?: string }[]).map((answer) => answer.code)).toEqual([
      'wrong_code',
      'wrong_code',
      'wrong_code',
      'invalid_credentials',
      'wrong_code',
      undefined,
    ]);
    expect((seen[0] as unknown[]).at(-1)).toBe(423);
  });

  it('is one, in whatever notation a phone number is written', async () => {
    for (let n = 0; n < 5; n += 1) await signIn(one, '+49 1512 3456799', 'wrong');
    expect((await signIn(one, '+4915123456799', 'wrong')).status).toBe(423);
  });

  it('is not stored, and what stands for it is let go', async () => {
    const email = freshEmail();
    await signIn(one, email, 'wrong');
    await post(one, '/auth/sign-in/code', { email });
    const kept = async () =>
      (
        await sql<{ text: string }>(
          one.databaseUrl,
          `select p::text as text from phantom_lockouts p union all select t::text from verification_tokens t where user_id is null`,
        )
      ).map(({ text }) => text);
    expect((await kept()).length).toBeGreaterThanOrEqual(2);
    expect((await kept()).join()).not.toContain(email);
    one.clock.advance(31 * 24 * 60 * minute);
    await one.identity.sweep();
    expect(await kept()).toEqual([]);
  });
});

/** How many statements features make while `work` runs, and into which tables they add. */
async function workOf(work: () => Promise<unknown>): Promise<{ statements: number; inserts: string[] }> {
  const spy = vi.spyOn(one.db.orm.em.getConnection(), 'execute');
  try {
    await work();
    // A new connection of the pool asks whether the database is there.
    const texts = spy.mock.calls
      .map(([query]) => (typeof query === 'string' ? query : JSON.stringify(query)))
      .filter((text) => !text.includes('pg_database'));
    const inserts = texts.flatMap((text) => /insert into ([\w."]+)/i.exec(text)?.[1] ?? []);
    return { statements: texts.length, inserts };
  } finally {
    spy.mockRestore();
  }
}

describe('the work for an address', () => {
  const added = (inserts: string[]) => inserts.filter((table) => table !== 'phantom_lockouts');

  it.each(['/auth/sign-in/code', '/auth/password-reset', '/auth/verification'])(
    'is the same at %s, whether anybody has it or not',
    async (path) => {
      const email = path === '/auth/verification' ? await pending() : (await member()).email;
      one.clock.advance(minute);
      const known = await workOf(() => post(one, path, { email }));
      const unknown = await workOf(() => post(one, path, { email: freshEmail() }));
      expect(unknown).toEqual(known);
      // A job among them: the message, or one that sends nothing.
      expect(known.inserts).toContain('verification_tokens');
      expect(known.inserts.some((table) => table.includes('pgboss'))).toBe(true);
    },
  );

  it('is the same for wrong passwords, up to the one that locks', async () => {
    const { email } = await member();
    const nobody = freshEmail();
    for (let n = 0; n < 5; n += 1) {
      const known = await workOf(() => signIn(one, email, 'wrong'));
      const unknown = await workOf(() => signIn(one, nobody, 'wrong'));
      expect({ n, statements: unknown.statements, added: added(unknown.inserts) }).toEqual({
        n,
        statements: known.statements,
        added: added(known.inserts),
      });
    }
    expect((await signIn(one, nobody, 'wrong')).status).toBe(423);
  });

  it('is the same for wrong codes', async () => {
    const { email } = await member();
    const nobody = freshEmail();
    for (const address of [email, nobody]) await post(one, '/auth/sign-in/code', { email: address });
    const guess = (address: string) =>
      workOf(() => post(one, '/auth/sign-in/code/confirm', { email: address, code: '000000' }));
    const [known, unknown] = [await guess(email), await guess(nobody)];
    expect(unknown.statements).toBe(known.statements);
    expect(added(unknown.inserts)).toEqual(added(known.inserts));
  });
});
