import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../../server/kernel/db/database.ts';
import type { Database } from '../../server/kernel/db/database.ts';
import { prepared } from '../../server/kernel/db/prepared.ts';
import { toAppError } from '../../server/kernel/errors.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  // One connection: what it was taught is seen by the next who asks it.
  db = await openDatabase({
    url: database.url,
    entities: [],
    log: createLogger('silent'),
    poolSize: 1,
    waits: { lock_timeout: 200 },
  });
  await db.em().execute('create table boxes (name text primary key, amount bigint not null)');
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const add = 'insert into boxes (name, amount) values (:name, :amount) returning name, amount';
const read =
  'select name, amount::text as amount from boxes where name = :name and :name::text <> :other::text';

it('is sent to the database once, and kept by the connection', async () => {
  await prepared(db.em(), add, { name: 'kept', amount: 3 });
  for (let turn = 1; turn <= 3; turn += 1) {
    const rows = await prepared<{ name: string; amount: string }>(db.em(), read, {
      name: 'kept',
      other: 'x',
    });
    expect(rows).toEqual([{ name: 'kept', amount: '3' }]);
  }
  const plans = await db
    .em()
    .execute<{ statement: string; uses: string }[]>(
      `select statement, (generic_plans + custom_plans)::text as uses from pg_prepared_statements where statement like '%from boxes%'`,
    );
  expect(plans).toEqual([
    {
      statement: 'select name, amount::text as amount from boxes where name = $1 and $1::text <> $2::text',
      uses: '3',
    },
  ]);
});

it('sees what its transaction did, and goes with it', async () => {
  const failed = db.transaction(async ({ em }) => {
    await prepared(em, add, { name: 'mine', amount: 1 });
    expect(await prepared(em, read, { name: 'mine', other: '' })).toHaveLength(1);
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  expect(await prepared(db.em(), read, { name: 'mine', other: '' })).toEqual([]);
});

it('takes values as values, whatever is in them', async () => {
  const name = `'); drop table boxes; -- :other $1 ?`;
  await prepared(db.em(), add, { name, amount: 9 });
  expect(await prepared(db.em(), read, { name, other: '' })).toEqual([{ name, amount: '9' }]);
});

it('works again after an error, and after the table has got another column', async () => {
  await expect(prepared(db.em(), add, { name: 'kept', amount: 1 })).rejects.toMatchObject({ code: '23505' });
  await db.em().execute('alter table boxes add column colour text');
  await db.em().execute('update boxes set amount = 4');
  expect(await prepared(db.em(), read, { name: 'kept', other: '' })).toEqual([{ name: 'kept', amount: '4' }]);
});

it('gives up on a held row with the same code as any statement', async () => {
  const other = await openDatabase({ url: database.url, entities: [], log: createLogger('silent') });
  try {
    await other.transaction(async ({ em }) => {
      await em.execute(`select 1 from boxes where name = 'kept' for update`);
      const outcome = await prepared(db.em(), 'select 1 from boxes where name = :name for update', {
        name: 'kept',
      }).catch((error: unknown) => toAppError(error).code);
      expect(outcome).toBe('unavailable');
    });
  } finally {
    await other.close();
  }
});
