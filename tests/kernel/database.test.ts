import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../server/kernel/db/database.ts';
import type { Database } from '../../server/kernel/db/database.ts';
import { toAppError } from '../../server/kernel/errors.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createMemoryBus } from '../../server/kernel/realtime/bus.ts';
import { createRoomLog } from '../../server/kernel/realtime/room-log.ts';
import { systemClock } from '../../server/kernel/clock.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';

const log = createLogger('silent');
let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  db = await openDatabase({
    url: database.url,
    entities: [],
    log,
    waits: { lock_timeout: 200, statement_timeout: 400 },
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => toAppError(error).code,
  );

describe('a database that does not answer', () => {
  it('is given up on when a row stays locked, and nothing of the transaction is kept', async () => {
    await db.em().execute(`insert into room_heads (room, seq) values ('held', 1), ('free', 1)`);
    const outcome = await db.transaction(async (holder) => {
      await holder.em.execute(`select 1 from room_heads where room = 'held' for update`);
      return codeOf(
        db.transaction(async ({ em }) => {
          await em.execute(`update room_heads set seq = 2 where room = 'free'`);
          await em.execute(`update room_heads set seq = 2 where room = 'held'`);
        }),
      );
    });
    expect(outcome).toBe('unavailable');
    const rows = await db.em().execute<{ seq: string }[]>('select seq from room_heads');
    expect(rows.map(({ seq }) => Number(seq))).toEqual([1, 1]);
  });

  it('is given up on when a statement takes too long, and serves the next one', async () => {
    expect(await codeOf(db.em().execute('select pg_sleep(30)'))).toBe('unavailable');
    await expect(db.ping()).resolves.toBeUndefined();
  });

  it('is told by the ping, also where somebody takes the call and says nothing', async () => {
    const callers: Socket[] = [];
    const mute = createServer((socket) => void callers.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const hanging = await openDatabase({ url: `postgres://x:y@127.0.0.1:${port}/z`, entities: [], log });
    await expect(hanging.ping()).rejects.toThrow('in time');
    for (const socket of callers) socket.destroy();
    await hanging.close();
    mute.close();
  });
});

it('facts of quiet rooms are pruned, those of others stay', async () => {
  const rooms = createRoomLog(db, createMemoryBus(), systemClock);
  await db.em().execute(`
    insert into room_heads (room, seq, updated_at) values ('quiet', 2, now() - interval '8 days'), ('busy', 1, now())`);
  await db.em().execute(`
    insert into room_log (room, seq, type, payload, emitted_at)
    values ('quiet', 1, 'x', '{}', now()), ('quiet', 2, 'x', '{}', now()), ('busy', 1, 'x', '{}', now())`);
  expect(await rooms.prune(7)).toBe(2);
  const left = await db.em().execute<{ room: string }[]>('select room from room_log');
  expect(left).toEqual([{ room: 'busy' }]);
});
