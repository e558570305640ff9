import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readListFile } from '../../client/identity/people/read-list-file.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { importLimits } from '../../shared/identity/people-imports.ts';
import type { ImportPreviewView, ImportRowView, ImportView } from '../../shared/identity/people-imports.ts';
import { readList } from '../../server/identity/people/import-list.ts';
import type { ImportList } from '../../server/identity/people/import-list.ts';
import { writeCsv } from '../../server/kernel/csv.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createUser, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

/** A reply or a problem. */
interface Answer<T> {
  status: number;
  body: T & { code?: string; errors?: unknown };
}

let database: TestDatabase;
let server: TestServer;
let organizationId: string;

async function signIn(email: string, at = server): Promise<string> {
  const reply = await at.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  expect(reply.status).toBe(200);
  return reply.body.accessToken;
}

async function asAdmin<T>(method: string, path: string, body?: unknown, at = server): Promise<Answer<T>> {
  return ask(at, 'admin@lists.test', method, path, body);
}

async function ask<T>(
  at: TestServer,
  email: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  const token = await signIn(email, at);
  const reply = await at.ask(method, `/organizations/${organizationId}/imports${path}`, { token, body });
  return reply as unknown as Answer<T>;
}

const preview = (text: string) => asAdmin<ImportPreviewView>('POST', '/preview', { text });

/** Waits until an import is as it should be; what it was then. */
async function until(id: string, is: (view: ImportView) => boolean): Promise<ImportView> {
  const look = async (): Promise<ImportView> => {
    const [row] = await sql<ImportView>(
      database.url,
      `select status, created_rows as created, failed_rows as failed, finished_at as "finishedAt" from user_imports where id = $1`,
      [id],
    );
    return row as ImportView;
  };
  return vi.waitUntil(
    async () => {
      const view = await look();
      return is(view) && view;
    },
    { interval: 10, timeout: 45_000 },
  );
}

const ended = ({ finishedAt }: ImportView): boolean => finishedAt !== null;

const count = async (statement: string, values: unknown[] = []): Promise<number> =>
  Number((await sql<{ n: string }>(database.url, `select count(*) as n from ${statement}`, values))[0]?.n);

const accounts = (like: string): Promise<number> => count('users where email like $1', [like]);

const list = (prefix: string, rows: number): string =>
  ['name,e-mail', ...Array.from({ length: rows }, (_, n) => `${prefix} ${n},${prefix}${n}@lists.test`)].join(
    '\n',
  );

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startServer({ databaseUrl: database.url });
  const [row] = await sql<{ id: string }>(
    database.url,
    `select id from organizations where slug = 'default'`,
  );
  organizationId = (row as { id: string }).id;
  await sql(database.url, `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
  await createUser(database.url, { email: 'admin@lists.test', displayName: 'Admin', role: 'admin' });
  await createUser(database.url, { email: 'teacher@lists.test', displayName: 'Teacher', role: 'instructor' });
  await createUser(database.url, {
    email: 'strange@lists.test',
    displayName: 'Strange',
    role: 'admin',
    organization: 'elsewhere',
  });
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

describe('the preview', () => {
  it('says what is wrong with each row, and changes nothing', async () => {
    const before = await count('users');
    const { status, body } = await preview(
      [
        'Name;E-Mail;Telephone;Role;Shoe size',
        'Ann Right;ann@lists.test;;teacher;38',
        ';nameless@lists.test;;;',
        'No Contact;;;;',
        'Bad Mail;nobody;;;',
        'Bad Phone;;12;;',
        'Twin One;twin@lists.test;;;',
        'Twin Two;TWIN@lists.test;;;',
        'Known;admin@lists.test;;;',
        'King;king@lists.test;;king;',
        'Root;root@lists.test;;Super Admin;',
        `${'x'.repeat(201)};long@lists.test;;;`,
      ].join('\r\n'),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 11,
      valid: 2,
      invalid: 9,
      ignoredColumns: ['Shoe size'],
      truncated: false,
    });
    const problems = Object.fromEntries(body.rows.map((row) => [row.row, row.problems]));
    expect(problems).toEqual({
      2: [],
      3: [{ column: 'name', code: 'missing' }],
      4: [{ column: 'email', code: 'missing' }],
      5: [{ column: 'email', code: 'invalid' }],
      6: [{ column: 'phone', code: 'invalid' }],
      7: [],
      8: [{ column: 'email', code: 'duplicate', sameAsRow: 7 }],
      9: [{ column: 'email', code: 'exists' }],
      10: [{ column: 'role', code: 'role_unknown' }],
      11: [{ column: 'role', code: 'role_level' }],
      12: [{ column: 'name', code: 'too_long' }],
    });
    // A teacher is an instructor.
    expect(body.rows[0]).toMatchObject({ role: 'instructor', name: 'Ann Right', status: 'pending' });
    expect(await count('users')).toBe(before);
    expect(await count('user_imports')).toBe(0);
    expect(await count('user_import_rows')).toBe(0);
  });

  it.each([
    ['nothing but a header', 'name,email', 'empty'],
    ['no names', 'email\na@b.test', 'no_name_column'],
    ['no addresses', 'name\nAda', 'no_contact_column'],
    ['a column twice', 'name,email,mail\nAda,a@b.test,b@b.test', 'column_twice'],
  ])('refuses a list with %s', async (_, text, code) => {
    const { body } = await preview(text);
    expect(body.code).toBe('invalid_input');
    expect(body.errors).toMatchObject([{ path: 'text', code }]);
  });

  it('takes 5000 rows and 2 MiB, and nothing larger', async () => {
    const full = await preview(list('full', importLimits.rows));
    expect(full.body).toMatchObject({ total: 5000, valid: 5000, truncated: true });
    expect(full.body.rows).toHaveLength(importLimits.previewRows);
    expect((await preview(list('over', importLimits.rows + 1))).body.code).toBe('too_many_rows');
    const huge = await preview(`name,email\n${'x'.repeat(importLimits.bodyBytes)}`);
    expect(huge.status).toBe(413);
    // The larger body is this route's own.
    const other = await asAdmin('POST', `/${organizationId}/cancel`, { text: 'x'.repeat(100_000) });
    expect(other.status).toBe(413);
  });

  it('is for those who may add people here', async () => {
    const path = `/organizations/${organizationId}/imports`;
    const body = { text: list('x', 1) };
    const asked = async (email: string, tail: string) =>
      (await server.ask('POST', path + tail, { token: await signIn(email), body })).body.code;
    for (const tail of ['', '/preview']) {
      expect((await server.ask('POST', path + tail, { body })).body.code).toBe('unauthenticated');
      expect(await asked('teacher@lists.test', tail)).toBe('forbidden');
      expect(await asked('strange@lists.test', tail)).toBe('not_found');
    }
    for (const wrong of [{}, { text: '' }, { text: 7 }, { text: 'a', extra: 1 }])
      expect((await asAdmin('POST', '/preview', wrong)).body.code).toBe('invalid_input');
    expect(await count('user_imports')).toBe(0);
  });
});

describe('an import', () => {
  it('adds the people of the valid rows, with everything that the list says', async () => {
    const text = [
      'first name,last name,mail,phone,role,username,department,employee id',
      'Ada,Lovelace,ADA@lists.test,+44 20 7946 0000,teacher,ada.l,Mathematics,007',
      '"Smith, ""Jo""",,jo@lists.test,,,,,',
      'Known,,admin@lists.test,,,,,',
    ].join('\n');
    const started = await asAdmin<ImportView>('POST', '', { text, fileName: 'people.csv' });
    expect(started.status).toBe(202);
    expect(started.body).toMatchObject({ total: 3, valid: 2, fileName: 'people.csv', createdBy: 'Admin' });
    await until(started.body.id, ended);
    expect((await asAdmin('GET', `/${started.body.id}`)).body).toMatchObject({
      status: 'completed',
      created: 2,
      failed: 0,
    });
    const [ada] = await sql<Record<string, unknown>>(
      database.url,
      `select u.display_name, u.first_name, u.last_name, u.phone, u.username, u.password_hash, r.slug as role, p.department, p.employee_id,
         m.organization_id, m.is_primary
       from users u join roles r on r.id = u.primary_role_id join user_profiles p on p.user_id = u.id
       join organization_memberships m on m.user_id = u.id where u.email = 'ada@lists.test'`,
    );
    expect(ada).toEqual({
      display_name: 'Ada Lovelace',
      first_name: 'Ada',
      last_name: 'Lovelace',
      phone: '+442079460000',
      username: 'ada.l',
      password_hash: null,
      role: 'instructor',
      department: 'Mathematics',
      employee_id: '007',
      organization_id: organizationId,
      is_primary: true,
    });
    const rows = await asAdmin<{ items: ImportRowView[] }>('GET', `/${started.body.id}/rows`);
    expect(rows.body.items.map(({ status, name }) => [status, name])).toEqual([
      ['created', 'Ada Lovelace'],
      ['created', 'Smith, "Jo"'],
      ['invalid', 'Known'],
    ]);
    const only = await asAdmin<{ items: ImportRowView[] }>('GET', `/${started.body.id}/rows?status=invalid`);
    expect(only.body.items).toMatchObject([{ row: 4, problems: [{ column: 'email', code: 'exists' }] }]);
    const audited = await sql<{ action: string }>(
      database.url,
      `select action from audit_logs where resource_id = $1 order by seq`,
      [started.body.id],
    );
    expect(audited.map(({ action }) => action)).toEqual(['user_import.started', 'user_import.completed']);
  });

  it('adds nobody twice when the same list is started twice', async () => {
    const text = list('double', 30);
    const [one, two] = await Promise.all([
      asAdmin<ImportView>('POST', '', { text }),
      asAdmin<ImportView>('POST', '', { text }),
    ]);
    const views = [await until(one.body.id, ended), await until(two.body.id, ended)];
    expect(views.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(views.reduce((sum, { created }) => sum + created, 0)).toBe(30);
    expect(await accounts('double%')).toBe(30);
  });

  it('stops when it is cancelled, and keeps who was added', async () => {
    const { body } = await asAdmin<ImportView>('POST', '', { text: list('cancelled', 600) });
    await until(body.id, ({ created }) => created > 0);
    const stopped = await asAdmin<ImportView>('POST', `/${body.id}/cancel`);
    expect(stopped.body.status).toBe('cancelled');
    expect(stopped.body.created).toBeGreaterThan(0);
    expect(stopped.body.created).toBeLessThan(600);
    expect((await asAdmin('POST', `/${body.id}/cancel`)).body.code).toBe('conflict');
    // Another import runs through afterwards; by then the first would have gone on if it could.
    const next = await asAdmin<ImportView>('POST', '', { text: list('after', 30) });
    expect((await until(next.body.id, ended)).status).toBe('completed');
    expect(await accounts('cancelled%')).toBe(stopped.body.created);
    const pending = await asAdmin<{ items: unknown[] }>('GET', `/${body.id}/rows?status=pending`);
    expect(pending.body.items).toEqual([]);
  });

  it('goes on where a dead server stopped, and adds nobody twice', async () => {
    const first = await startServer({ databaseUrl: database.url });
    const { body } = await asAdmin<ImportView>('POST', '', { text: list('crash', 250) }, first);
    // Either server may have taken it; both lose their database in the middle of a batch.
    await until(body.id, ({ created }) => created >= 30);
    await Promise.all([first.db.close(), server.db.close()]);
    await Promise.all([first.close(), server.close()]);
    const before = await accounts('crash%');
    expect(before).toBeGreaterThanOrEqual(30);
    expect(before).toBeLessThan(250);

    server = await startServer({ databaseUrl: database.url });
    expect((await asAdmin('GET', `/${body.id}`)).body).toMatchObject({ status: 'running', created: before });
    // The account and the note that it was made were stored together.
    expect(await count(`user_import_rows where status = 'created' and import_id = $1`, [body.id])).toBe(
      before,
    );
    server.clock.advance(2 * 60_000);
    await server.identity.sweep();
    // Taken up twice, by whoever was too careful: still nobody comes twice.
    await server.identity.sweep();
    const done = await until(body.id, ended);
    expect(done).toMatchObject({ status: 'completed', created: 250, failed: 0 });
    expect(await accounts('crash%')).toBe(250);
  }, 60_000);

  it('ends when the person who started it may not add people any more', async () => {
    const leaver = await createUser(database.url, {
      email: 'leaver@lists.test',
      displayName: 'Leaver',
      role: 'admin',
    });
    const { body } = await ask<ImportView>(server, 'leaver@lists.test', 'POST', '', {
      text: list('rights', 600),
    });
    await until(body.id, ({ created }) => created > 0);
    await sql(database.url, `update users set status = 'inactive' where id = $1`, [leaver]);
    const done = await until(body.id, ended);
    expect(done.status).toBe('failed');
    expect(done.created).toBeLessThan(600);
  });

  it('starts with no list without a valid row', async () => {
    const { body } = await asAdmin('POST', '', { text: 'name,email\nAda,nobody' });
    expect(body).toMatchObject({ code: 'invalid_input', errors: [{ path: 'text', code: 'no_valid_row' }] });
  });

  it('is of one organization alone', async () => {
    const { body } = await asAdmin<ImportView>('POST', '', { text: list('ours', 1) });
    await until(body.id, ended);
    const token = await signIn('strange@lists.test');
    const [own] = await sql<{ id: string }>(
      database.url,
      `select id from organizations where slug = 'elsewhere'`,
    );
    for (const of of [organizationId, own?.id]) {
      const path = `/organizations/${of}/imports/${body.id}`;
      for (const tail of ['', '/rows', '/result'])
        expect((await server.ask('GET', path + tail, { token })).body.code).toBe('not_found');
      expect((await server.ask('POST', `${path}/cancel`, { token })).body.code).toBe('not_found');
    }
    const listed = await server.ask<{ items: ImportView[] }>('GET', `/organizations/${own?.id}/imports`, {
      token,
    });
    expect(listed.body.items).toEqual([]);
    const mine = await asAdmin<{ items: ImportView[]; nextCursor: string | null }>('GET', '?limit=1');
    expect(mine.body.items).toMatchObject([{ id: body.id }]);
    const older = await asAdmin<{ items: ImportView[] }>('GET', `?limit=100&cursor=${mine.body.nextCursor}`);
    expect(older.body.items.map(({ id }) => id)).not.toContain(body.id);
  });

  it('gives its result as CSV in which nothing is a formula', async () => {
    const { body } = await asAdmin<ImportView>('POST', '', {
      text: 'name,email\n"=HYPERLINK(""http://evil"",""x"")",formula@lists.test\n@SUM(A1),nobody',
      fileName: 'evil.csv',
    });
    await until(body.id, ended);
    const stored = await sql<{ display_name: string }>(
      database.url,
      `select display_name from users where email = 'formula@lists.test'`,
    );
    // The name stays what it is; only a spreadsheet has to be kept from running it.
    expect(stored).toEqual([{ display_name: '=HYPERLINK("http://evil","x")' }]);
    const all = await asAdmin<{ fileName: string; csv: string }>('GET', `/${body.id}/result`);
    expect(all.body.fileName).toBe('evil-result.csv');
    expect(all.body.csv).toContain(`"'=HYPERLINK(""http://evil"",""x"")",`);
    expect(all.body.csv).toContain(`\r\n'@SUM(A1),`);
    const problems = await asAdmin<{ csv: string }>('GET', `/${body.id}/result?only=problems`);
    expect(problems.body.csv).not.toContain('HYPERLINK');
    expect(problems.body.csv).toContain('email invalid');
  });

  it('forgets the rows of an import after 30 days', async () => {
    const { body } = await asAdmin<ImportView>('POST', '', { text: list('kept', 1) });
    await until(body.id, ended);
    const kept = () => count('user_import_rows where import_id = $1', [body.id]);
    server.clock.advance(29 * 24 * 60 * 60_000);
    await server.identity.sweep();
    expect(await kept()).toBe(1);
    server.clock.advance(2 * 24 * 60 * 60_000);
    await server.identity.sweep();
    expect(await kept()).toBe(0);
    expect(await accounts('kept%')).toBe(1);
  });
});

describe('reading a list', () => {
  const read = (text: string): ImportList => readList(text) as ImportList;

  it('understands semicolons, quotes, line breaks in cells, empty lines and a byte order mark', () => {
    const { rows, columns } = read(
      '\uFEFF"Full name";"E Mail"\r\n\r\n"Lee; Sam\r\nJr";sam@b.test\r\n;;\r\nAda;a@b.test\r\n',
    );
    expect(columns).toEqual(['name', 'email']);
    expect(rows).toMatchObject([
      { row: 3, data: { email: 'sam@b.test' }, problems: [{ column: 'name', code: 'invalid' }] },
      { row: 5, data: { displayName: 'Ada', email: 'a@b.test' }, problems: [] },
    ]);
  });

  it('says that quotes do not match', () => {
    const { rows } = read('name,email\n"Ada,a@b.test\nSam,s@b.test');
    expect(rows[0]?.problems).toContainEqual({ column: null, code: 'broken' });
  });

  it('keeps nothing that a database cannot store', () => {
    const { rows } = read('name,email\nA\0da\uD800,nobody');
    expect(JSON.stringify(rows)).not.toMatch(/\\u0000|\\ud800/i);
  });

  it('reads back what was written, apostrophes before formulas included', () => {
    const lines = [
      ['name', 'phone'],
      ['=1+1', '+442079460000'],
      ['-Dash, "Quote"', '+442079460001'],
    ];
    const { rows } = read(writeCsv(lines));
    expect(rows.map(({ data }) => [data.displayName, data.phone])).toEqual(lines.slice(1));
  });

  it.each([
    ['UTF-8', [...new TextEncoder().encode('name\nZoë')]],
    ['windows-1252', [...Buffer.from('name\nZoë', 'latin1')]],
    ['UTF-16', [0xff, 0xfe, ...Buffer.from('name\nZoë', 'utf16le')]],
  ])('is offered files in %s by the browser', async (_, bytes) => {
    expect(await readListFile(new File([new Uint8Array(bytes)], 'list.csv'))).toEqual({ text: 'name\nZoë' });
  });

  it('is offered no file that is no text', async () => {
    const zip = new File([new Uint8Array([0x50, 0x4b, 3, 4, 0, 0])], 'list.xlsx');
    expect(await readListFile(zip)).toEqual({ refused: 'notText' });
  });

  it('reads cells in quotes with spaces behind them, and goes on after a quote that is out of place', () => {
    const { rows } = read('name,email\r"Lee ""Sam""" ,s@b.test\n"A"d"a",a@b.test\rLast,l@b.test');
    expect(rows.map(({ row, raw }) => [row, raw.name, raw.email])).toEqual([
      [2, 'Lee "Sam"', 's@b.test'],
      [3, 'A"d"a', 'a@b.test'],
      [4, 'Last', 'l@b.test'],
    ]);
    expect(rows[1]?.problems).toEqual([{ column: null, code: 'broken' }]);
  });

  const people = '\nname,email\nAda,a@b.test\n';
  it.each<[string, string]>([
    ['spaces before everything', ' '.repeat(2_000_000) + people],
    ['empty lines', ' \n'.repeat(1_000_000) + people],
    ['quotes, then spaces', `${people}"${'a"'.repeat(500_000)}${' '.repeat(1_000_000)},x`],
    ['opened quotes', `${people}${'"a,'.repeat(650_000)}`],
    ['columns', `name,email${',a'.repeat(500_000)}\n${'Ada,a@b.test\n'.repeat(5000)}`],
    ['a name without an end', `name,email\n${'x '.repeat(1_000_000)},${'a.'.repeat(20_000)}@`],
  ])('takes no longer over two million characters of %s than over a list of people', (_, text) => {
    const begun = performance.now();
    readList(text);
    // What tries every beginning of a run takes minutes.
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it.each(['x;=1', 'x\t=1', 'x\n=1', 'x"=1'])('leaves %j one cell, whatever separates cells', (text) => {
    expect(writeCsv([[text]])).toBe(`"${text.replace('"', '""')}"\r\n`);
  });

  it.each(['=1', '+1', '-1', '@x', '\tx', '\rx', '\nx'])(
    'takes the power of a cell that begins with %j',
    (text) => {
      expect(writeCsv([[text]])).toMatch(/^"?'/);
    },
  );
});
