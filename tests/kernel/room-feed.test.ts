import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../server/kernel/clock.ts';
import { openDatabase } from '../../server/kernel/db/database.ts';
import type { Database } from '../../server/kernel/db/database.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createMemoryBus } from '../../server/kernel/realtime/bus.ts';
import type { Bus } from '../../server/kernel/realtime/bus.ts';
import { createRoomFeed } from '../../server/kernel/realtime/room-feed.ts';
import { createRoomLog } from '../../server/kernel/realtime/room-log.ts';
import type { LoggedFact } from '../../server/kernel/realtime/room-log.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';

let database: TestDatabase;
let db: Database;
const log = createLogger('silent');

beforeAll(async () => {
  database = await createTestDatabase();
  db = await openDatabase({ url: database.url, entities: [], log });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

/** A bus that holds messages back and hands them over in the order a test chooses. */
function shufflingBus(): Bus & {
  held: { topic: string; message: unknown }[];
  release(order: (list: unknown[]) => unknown[]): void;
} {
  const inner = createMemoryBus();
  const held: { topic: string; message: unknown }[] = [];
  return {
    held,
    publish: (topic, message) => void held.push({ topic, message }),
    subscribe: (topic, listener) => inner.subscribe(topic, listener),
    release(order) {
      for (const one of order(held.splice(0)) as typeof held) inner.publish(one.topic, one.message);
    },
  };
}

/** Collects what a feed delivers and resolves when `count` facts are there. */
function collector(): {
  seqs: number[];
  listener: (facts: readonly LoggedFact[]) => void;
  reach(count: number): Promise<void>;
} {
  const seqs: number[] = [];
  const waiting: { count: number; done: () => void }[] = [];
  return {
    seqs,
    listener(facts) {
      seqs.push(...facts.map((fact) => fact.seq));
      for (const one of waiting) if (seqs.length >= one.count) one.done();
    },
    reach: (count) =>
      new Promise((done) => (seqs.length >= count ? done() : void waiting.push({ count, done }))),
  };
}

describe('room log and feed', () => {
  it('numbers facts without a gap under concurrent writers, in the order of their commits', async () => {
    const bus = createMemoryBus();
    const rooms = createRoomLog(db, bus, systemClock);
    const got = collector();
    await createRoomFeed(db, rooms, bus, log).subscribe('r1', got.listener);
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        db.transaction((tx) => rooms.append(tx, 'r1', [{ type: 'n', n }])),
      ),
    );
    await got.reach(60);
    expect(got.seqs).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    const stored = await rooms.since(db.em(), 'r1', 0, 100);
    expect(stored?.map((fact) => fact.seq)).toEqual(got.seqs);
  });

  it('a rolled back fact takes no number', async () => {
    const rooms = createRoomLog(db, createMemoryBus(), systemClock);
    const failing = db.transaction(async (tx) => {
      await rooms.append(tx, 'r2', [{ type: 'lost' }]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const [fact] = await db.transaction((tx) => rooms.append(tx, 'r2', [{ type: 'kept' }]));
    expect(fact?.seq).toBe(1);
  });

  it('puts facts that overtook each other back in order', async () => {
    const bus = shufflingBus();
    const rooms = createRoomLog(db, bus, systemClock);
    const got = collector();
    await createRoomFeed(db, rooms, bus, log).subscribe('r3', got.listener);
    for (let n = 0; n < 5; n += 1) await db.transaction((tx) => rooms.append(tx, 'r3', [{ type: 'n', n }]));
    bus.release((list) => list.toReversed());
    await got.reach(5);
    expect(got.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  it('reads from the log what never arrived, and delivers nothing twice', async () => {
    const bus = shufflingBus();
    const rooms = createRoomLog(db, bus, systemClock);
    const got = collector();
    await createRoomFeed(db, rooms, bus, log).subscribe('r4', got.listener);
    for (let n = 0; n < 6; n += 1) await db.transaction((tx) => rooms.append(tx, 'r4', [{ type: 'n', n }]));
    bus.release((list) => [list[5], list[5], list[0], list[0]]);
    await got.reach(6);
    expect(got.seqs).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('asks a log that cannot be read ever more rarely, complains once, and goes on when it can', async () => {
    const bus = shufflingBus();
    const rooms = createRoomLog(db, bus, systemClock);
    const complaints = vi.spyOn(log, 'error');
    const asked: number[] = [];
    const often = Promise.withResolvers<void>();
    const watched = {
      ...rooms,
      since: (...question: Parameters<typeof rooms.since>) => {
        asked.push(performance.now());
        if (asked.length === 5) often.resolve();
        return rooms.since(...question);
      },
    };
    const got = collector();
    await createRoomFeed(db, watched, bus, log).subscribe('r7', got.listener);
    for (let n = 0; n < 3; n += 1) await db.transaction((tx) => rooms.append(tx, 'r7', [{ type: 'n', n }]));
    await db.em().execute('alter table room_log rename to room_log_away');
    bus.release((list) => [list[2]]);
    await often.promise;
    await db.em().execute('alter table room_log_away rename to room_log');
    await got.reach(3);
    expect(got.seqs).toEqual([1, 2, 3]);
    // 100, 200, 400 and 800 ms lie between the five.
    expect((asked[4] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(1400);
    expect(complaints).toHaveBeenCalledTimes(1);
    complaints.mockRestore();
  });

  it('a subscriber who comes in the middle starts after the head', async () => {
    const bus = createMemoryBus();
    const rooms = createRoomLog(db, bus, systemClock);
    const write = () => db.transaction((tx) => rooms.append(tx, 'r5', [{ type: 'n' }]));
    await write();
    const got = collector();
    const leave = await createRoomFeed(db, rooms, bus, log).subscribe('r5', got.listener);
    await write();
    await got.reach(1);
    leave();
    await write();
    expect(got.seqs).toEqual([2]);
  });

  it('says when facts are no longer kept', async () => {
    const rooms = createRoomLog(db, createMemoryBus(), systemClock);
    for (let n = 0; n < 3; n += 1) await db.transaction((tx) => rooms.append(tx, 'r6', [{ type: 'n', n }]));
    await db.em().execute(`update room_heads set updated_at = now() - interval '8 days' where room = 'r6'`);
    expect(await rooms.prune(7)).toBe(3);
    expect(await rooms.since(db.em(), 'r6', 1, 10)).toBeNull();
    expect(await rooms.since(db.em(), 'r6', 3, 10)).toEqual([]);
  });
});
