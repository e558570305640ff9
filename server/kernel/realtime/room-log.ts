import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.ts';
import type { Database, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import type { Bus } from './bus.ts';

/** Who a fact is meant for; null = everybody in the room. */
export interface FactAudience {
  userIds: string[];
}

/** A fact on its way into the log. */
export interface FactInput {
  type: string;
  audience?: FactAudience;
  [field: string]: unknown;
}

/** A fact with its place in the room. */
export interface LoggedFact {
  seq: number;
  type: string;
  at: string;
  payload: Record<string, unknown>;
  audience: FactAudience | null;
}

/** The ordered, durable facts of real-time rooms: the only source of socket facts with a `seq`. */
export interface RoomLog {
  /**
   * Writes facts in the caller's transaction and publishes them after its commit. Call it last: it locks the room's
   * head row until the commit, which is what makes the order of `seq` the order of commits.
   */
  append(tx: Transaction, room: string, facts: readonly FactInput[]): Promise<LoggedFact[]>;
  /** The `seq` of the newest fact; 0 for a room without any. */
  head(em: EntityManager, room: string): Promise<number>;
  /** Facts after `after`, oldest first, at most `limit`; null when some of them are no longer kept. */
  since(em: EntityManager, room: string, after: number, limit: number): Promise<LoggedFact[] | null>;
  /** Forgets facts of rooms that have been quiet for `days`. */
  prune(days: number): Promise<number>;
}

interface Row {
  seq: string | number;
  type: string;
  payload: Record<string, unknown>;
  audience: FactAudience | null;
  emitted_at: Date | string;
}

const fromRow = (row: Row): LoggedFact => ({
  seq: Number(row.seq),
  type: row.type,
  at: new Date(row.emitted_at).toISOString(),
  payload: row.payload,
  audience: row.audience,
});

/** Rows that one statement deletes: it ends well before the database's time limit, whatever has piled up. */
const pruneBatch = 10_000;

/** The topic on which a room's facts travel between nodes. */
export const roomTopic = (room: string): string => `room:${room}`;

export function createRoomLog(db: Database, bus: Bus, clock: Clock): RoomLog {
  return {
    async append(tx, room, facts) {
      if (facts.length === 0) return [];
      const at = clock.now();
      const logged = await insert(tx.em, room, facts, at);
      tx.afterCommit(() => bus.publish(roomTopic(room), logged));
      return logged;
    },

    async head(em, room) {
      const [row] = await prepared<{ seq: string }>(em, 'select seq from room_heads where room = :room', {
        room,
      });
      return Number(row?.seq ?? 0);
    },

    async since(em, room, after, limit) {
      const rows = await prepared<Row>(
        em,
        'select seq, type, payload, audience, emitted_at from room_log where room = :room and seq > :after order by seq limit :limit',
        { room, after, limit },
      );
      const first = rows[0] ? Number(rows[0].seq) : (await this.head(em, room)) + 1;
      return first === after + 1 ? rows.map(fromRow) : null;
    },

    async prune(days) {
      let pruned = 0;
      for (;;) {
        const rows = await db.em().execute<unknown[]>(
          `delete from room_log where ctid = any(array(
             select l.ctid from room_log l join room_heads h using (room)
             where h.updated_at < now() - make_interval(days => ?) limit ?)) returning 1`,
          [days, pruneBatch],
        );
        pruned += rows.length;
        if (rows.length < pruneBatch) return pruned;
      }
    },
  };
}

/** One statement: takes the next numbers under the head's row lock and writes the facts. */
async function insert(
  em: EntityManager,
  room: string,
  facts: readonly FactInput[],
  at: Date,
): Promise<LoggedFact[]> {
  const entries = facts.map(({ type, audience, ...payload }) => ({
    type,
    payload,
    audience: audience ?? null,
  }));
  const [head] = await prepared<{ seq: string }>(
    em,
    `with head as (
       insert into room_heads (room, seq, updated_at) values (:room, :count, :at)
       on conflict (room) do update set seq = room_heads.seq + excluded.seq, updated_at = excluded.updated_at returning seq
     ), facts as (
       insert into room_log (room, seq, type, payload, audience, emitted_at)
       select :room, head.seq - :count + f.n, f.fact ->> 'type', f.fact -> 'payload', nullif(f.fact -> 'audience', 'null'::jsonb), :at
       from head, jsonb_array_elements(:facts::jsonb) with ordinality as f(fact, n)
     )
     select seq from head`,
    { room, count: facts.length, at, facts: JSON.stringify(entries) },
  );
  const last = Number(head?.seq);
  return entries.map((entry, index) => ({
    ...entry,
    seq: last - entries.length + index + 1,
    at: at.toISOString(),
  }));
}
