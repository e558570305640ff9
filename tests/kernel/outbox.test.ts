import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../server/kernel/db/database.ts';
import type { Database } from '../../server/kernel/db/database.ts';
import { createOutbox } from '../../server/kernel/db/outbox.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { sql } from '../support/factories.ts';

let database: TestDatabase;
let db: Database;
const log = createLogger('fatal');

beforeAll(async () => {
  database = await createTestDatabase();
  db = await openDatabase({ url: database.url, entities: [], log });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

interface EventRow {
  attempts: number;
  published: boolean;
  wait: number | null;
  never: boolean;
}

const rowOf = async (type: string): Promise<EventRow | undefined> =>
  (
    await sql<EventRow>(
      database.url,
      `select attempts, published_at is not null as published, next_attempt_at = 'infinity' as never,
         case when isfinite(next_attempt_at) then extract(epoch from next_attempt_at - now())::float end as wait
       from outbox_events where event_type = $1`,
      [type],
    )
  )[0];

const add = (type: string, attempts: number) =>
  sql(
    database.url,
    `insert into outbox_events (aggregate_type, aggregate_id, event_type, payload, attempts) values ('test', $1, $2, '{}', $3)`,
    [randomUUID(), type, attempts],
  );

/** Runs an outbox until the last of the events was handed out. */
async function drain(poison: readonly string[], last: string): Promise<string[]> {
  const outbox = createOutbox(db, log);
  const heard: string[] = [];
  const done = new Promise<void>((resolve) => {
    outbox.on(last, async () => {
      heard.push(last);
      resolve();
    });
  });
  for (const type of poison)
    outbox.on(type, async () => {
      heard.push(type);
      throw new Error('cannot be handled');
    });
  await outbox.start();
  await done;
  await outbox.stop();
  return heard;
}

describe('outbox', () => {
  it('an event that cannot be handled holds up no other, however often it was tried', async () => {
    await add('poison.old', 60);
    await add('poison.young', 2);
    await add('good', 0);
    expect(await drain(['poison.old', 'poison.young'], 'good')).toEqual([
      'poison.old',
      'poison.young',
      'good',
    ]);
    expect(await rowOf('good')).toMatchObject({ published: true, attempts: 1 });
    const [old, young] = [await rowOf('poison.old'), await rowOf('poison.young')];
    expect([old?.attempts, young?.attempts]).toEqual([61, 3]);
    expect(old?.wait).toBeGreaterThan(200);
    expect(old?.wait).toBeLessThanOrEqual(300);
    expect(young?.wait).toBeLessThanOrEqual(4);
  });

  it('gives an event up after a hundred tries, and keeps it with its last error', async () => {
    await add('hopeless', 99);
    await add('after', 0);
    await drain(['hopeless'], 'after');
    expect(await rowOf('hopeless')).toMatchObject({ attempts: 100, never: true, published: false });
  });

  it('forgets what was delivered long ago, and nothing else', async () => {
    await sql(
      database.url,
      `update outbox_events set published_at = now() - interval '8 days' where event_type = 'good'`,
    );
    expect(await createOutbox(db, log).purge(7)).toBe(1);
    expect(await rowOf('good')).toBeUndefined();
    expect(await rowOf('after')).toMatchObject({ published: true });
    expect(await rowOf('hopeless')).toMatchObject({ never: true });
  });
});
