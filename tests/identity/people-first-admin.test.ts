import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { createUser, sql } from '../support/factories.ts';

const script = fileURLToPath(new URL('../../scripts/first-admin.ts', import.meta.url));
let database: TestDatabase;
let dataDir: string;

interface Ended {
  status: number;
  output: string;
}

async function run(...args: string[]): Promise<Ended> {
  const env = {
    ...process.env,
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'https://class.example.org/',
  };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { env });
    return { status: 0, output: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { status: code, output: stderr };
  }
}

interface Account {
  role: string;
  status: string;
  assigned: string;
  member: boolean;
}

const account = async (email: string): Promise<Account | undefined> =>
  (
    await sql<Account>(
      database.url,
      `select r.slug as role, u.status,
         (select count(*) from user_roles a where a.user_id = u.id and a.role_id = r.id and a.revoked_at is null) as assigned,
         exists (select 1 from organization_memberships m where m.user_id = u.id and m.left_at is null) as member
       from users u join roles r on r.id = u.primary_role_id where u.email = $1`,
      [email],
    )
  )[0];

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), 'lectern-admin-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('npm run admin', () => {
  it('finds nobody who could sign in on a fresh installation', async () => {
    const accounts = await sql(
      database.url,
      `select email, status, password_hash,
         (select count(*)::int from passkeys p where p.user_id = u.id) +
         (select count(*)::int from user_authentication_methods m where m.user_id = u.id) as other_ways
       from users u`,
    );
    // Who stands for the server itself in what it records: inactive, and without any way in.
    expect(accounts).toEqual([
      { email: 'system@lectern.invalid', status: 'inactive', password_hash: null, other_ways: 0 },
    ]);
  });

  it('makes a super administrator without a password, and a link to choose one', async () => {
    const { status, output } = await run('Ada@Example.org', 'Ada Lovelace');
    expect(status).toBe(0);
    expect(output).toContain('Ada Lovelace (SUP');
    expect(output).toMatch(/^https:\/\/class\.example\.org\/reset-password\?token=[\w-]{43}$/m);
    expect(await account('ada@example.org')).toEqual({
      role: 'super_admin',
      status: 'active',
      assigned: '1',
      member: true,
    });
    const [proof] = await sql<{ purpose: string; kind: string; token_hash: Buffer }>(
      database.url,
      'select purpose, kind, token_hash from verification_tokens',
    );
    expect(proof).toMatchObject({ purpose: 'password_reset', kind: 'link' });
    const audited = await sql<{ action: string; severity: string }>(
      database.url,
      'select action, severity from audit_logs',
    );
    expect(audited).toEqual([{ action: 'user.created', severity: 'critical' }]);
  });

  it('promotes the account that has the address, and opens it', async () => {
    const id = await createUser(database.url, { email: 'sam@example.org', displayName: 'Sam' });
    await sql(database.url, `update users set status = 'suspended' where id = $1`, [id]);
    await sql(
      database.url,
      `insert into auth_sessions (user_id, is_exclusive, expires_at) values ($1, false, now() + interval '1 day')`,
      [id],
    );
    expect((await run('sam@example.org')).output).toContain('promoted');
    expect(await account('sam@example.org')).toEqual({
      role: 'super_admin',
      status: 'active',
      assigned: '1',
      member: true,
    });
    // Who was in before is out, and the old role is gone with its mirror.
    expect(
      await sql(database.url, 'select 1 from auth_sessions where user_id = $1 and revoked_at is null', [id]),
    ).toEqual([]);
    expect(
      await sql(
        database.url,
        `select r.slug from user_roles a join roles r on r.id = a.role_id where a.user_id = $1 and a.revoked_at is null`,
        [id],
      ),
    ).toEqual([{ slug: 'super_admin' }]);
    // A second link would make the first one useless; within a minute it is more likely a mistake.
    expect((await run('sam@example.org')).status).toBe(1);
  });

  it('changes nothing when it does not understand', async () => {
    const before = (await sql(database.url, 'select id from users')).length;
    expect(await run()).toMatchObject({ status: 1, output: expect.stringContaining('npm run admin') });
    expect(await run('nobody', 'Nobody')).toMatchObject({
      status: 1,
      output: expect.stringContaining('no e-mail address'),
    });
    expect((await run('a@b.test', 'two', 'names')).status).toBe(1);
    expect((await run('a@b.test', ' ')).status).toBe(1);
    expect((await sql(database.url, 'select id from users')).length).toBe(before);
  });
});
