import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { sql } from '../support/factories.ts';

const readme = readFileSync(new URL('../../migrations/README.md', import.meta.url), 'utf8');

/** The cells of the table below a heading. */
function rows(heading: string): string[][] {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1));
}
const names = (cell: string): string[] =>
  [...cell.matchAll(/`([a-z_]+)`/g)].map((match) => match[1] as string);

let database: TestDatabase;
let columns: Set<string>;
let tables: Set<string>;

beforeAll(async () => {
  database = await createTestDatabase();
  const found = await sql<{ table_name: string; column_name: string }>(
    database.url,
    `select table_name, column_name from information_schema.columns where table_schema = 'public'`,
  );
  columns = new Set(found.map((one) => `${one.table_name}.${one.column_name}`));
  tables = new Set(found.map((one) => one.table_name));
});
afterAll(() => database.drop());

describe('migrations/README.md', () => {
  it('lists as left out what is not there, for tables that are not there', () => {
    const left = rows('Left out until their tables exist');
    expect(left.length).toBeGreaterThan(8);
    for (const [table = '', column = '', waits = ''] of left) {
      for (const name of names(table)) expect(tables).toContain(name);
      for (const name of names(column)) expect(columns).not.toContain(`${names(table)[0]}.${name}`);
      for (const name of names(waits)) expect(tables).not.toContain(name);
    }
  });

  it('lists as added what is there', () => {
    const added = rows('Added to the design');
    expect(added.length).toBeGreaterThan(3);
    for (const [table = '', column = ''] of added) {
      for (const name of names(table)) expect(tables).toContain(name);
      // Before the semicolon: what follows it tells of other tables.
      for (const name of names(column.split(';')[0] ?? ''))
        expect(columns).toContain(`${names(table)[0]}.${name}`);
    }
  });
});
