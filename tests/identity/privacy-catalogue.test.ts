import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sections } from '../../server/identity/privacy/export.repository.ts';
import { notExported } from '../../server/identity/privacy/not-exported.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { sql } from '../support/factories.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const columnsWhere = async (condition: string): Promise<string[]> => {
  const rows = await sql<{ name: string }>(
    database.url,
    `select c.relname || '.' || a.attname as name from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and (${condition}) order by 1`,
  );
  return rows.map(({ name }) => name);
};

/** Foreign keys of a column, of those tables. */
const pointsAt = (tables: string): string =>
  `exists (select 1 from pg_constraint k where k.contype = 'f' and k.conrelid = c.oid and a.attnum = any (k.conkey) ${tables})`;

/** Tables of which each row is one person's: what hangs on them is that person's too. */
const personal = "('users'::regclass, 'auth_sessions'::regclass, 'live_session_participants'::regclass)";

/** All columns that may say who somebody is: what points at people, and every id that points at no table at all. */
const references = (): Promise<string[]> =>
  columnsWhere(
    `${pointsAt(`and k.confrelid in ${personal}`)}
     or (a.atttypid = 'uuid'::regtype and a.attname <> 'id' and not ${pointsAt('')})`,
  );

const named = new Set([...Object.values(sections).flatMap(({ by }) => by), ...Object.keys(notExported)]);

/** References that neither the copy nor the list of exceptions knows. */
const forgotten = async (): Promise<string[]> => (await references()).filter((column) => !named.has(column));

describe('the copy of all data', () => {
  it('knows every column of the database that names a person, or says why not', async () => {
    expect(await forgotten()).toEqual([]);
    const reasons = Object.values(notExported);
    expect(reasons.filter((reason) => reason.length < 10)).toEqual([]);
  });

  it('names no column that there is not', async () => {
    const all = new Set(await columnsWhere('true'));
    expect([...named].filter((column) => !all.has(column))).toEqual([]);
  });

  it('holds every column of the account and the profile, or says why not', async () => {
    for (const [table, section] of [
      ['users', sections['account']],
      ['user_profiles', sections['profile']],
    ] as const) {
      const words = new Set(section?.read.match(/\w+/g));
      const missing = (await columnsWhere(`c.relname = '${table}'`)).filter(
        (column) => !words.has(column.slice(table.length + 1)) && !named.has(column),
      );
      expect(missing).toEqual([]);
    }
  });

  it('fails this test for a table, a key or an id that a later migration adds', async () => {
    const before = new Set(await references());
    await sql(
      database.url,
      `create table badges (id uuid primary key, holder_id uuid references users (id), awarded_by uuid references users (id), seen_by uuid)`,
    );
    await sql(database.url, 'alter table courses add column reviewer_id uuid references users (id)');
    const added = (await references()).filter((column) => !before.has(column));
    expect(added).toEqual(['badges.awarded_by', 'badges.holder_id', 'badges.seen_by', 'courses.reviewer_id']);
    expect(await forgotten()).toEqual(added);
  });
});
