import type { Database } from '../db/database.ts';
import type { Logger } from '../logger.ts';
import type { Bus } from './bus.ts';
import { roomTopic } from './room-log.ts';
import type { LoggedFact, RoomLog } from './room-log.ts';

/** Receives a room's facts: in order of `seq`, without a gap, each once. */
export type FactListener = (facts: readonly LoggedFact[]) => void;

/** The live end of the room log. */
export interface RoomFeed {
  /**
   * Delivers facts from now on. Resolves when the subscription stands: facts committed later than that are delivered,
   * so a snapshot read afterwards misses nothing.
   */
  subscribe(room: string, listener: FactListener): Promise<() => void>;
}

interface Room {
  listeners: Set<FactListener>;
  /** `seq` of the last fact handed out. */
  delivered: number;
  /** Facts that overtook an earlier one on the way from their commit. */
  early: Map<number, LoggedFact>;
  repairing: boolean;
  /** How often in a row the log could not be asked. */
  failures: number;
  ready: Promise<void>;
  unsubscribe: () => void;
}

/** How long an overtaken fact is waited for before the log is asked. */
const patienceMs = 50;
/** The log is asked again after growing pauses: a database that is away is not helped by every room calling it. */
const longestPauseMs = 5000;

/**
 * Two transactions that commit right after one another may report their commits in the other order. The feed puts
 * facts back into the order of the log, and reads from the log what never arrives.
 */
export function createRoomFeed(db: Database, log: RoomLog, bus: Bus, logger: Logger): RoomFeed {
  const rooms = new Map<string, Room>();

  function open(name: string): Room {
    const room: Room = {
      listeners: new Set(),
      delivered: -1,
      early: new Map(),
      repairing: false,
      failures: 0,
      ready: Promise.resolve(),
      unsubscribe: () => undefined,
    };
    room.unsubscribe = bus.subscribe(roomTopic(name), (message) =>
      receive(name, room, message as LoggedFact[]),
    );
    room.ready = log.head(db.em(), name).then((head) => {
      room.delivered = head;
      flush(name, room);
    });
    rooms.set(name, room);
    return room;
  }

  function receive(name: string, room: Room, facts: LoggedFact[]): void {
    for (const fact of facts) room.early.set(fact.seq, fact);
    if (room.delivered >= 0) flush(name, room);
  }

  function flush(name: string, room: Room): void {
    const batch: LoggedFact[] = [];
    for (const seq of room.early.keys()) if (seq <= room.delivered) room.early.delete(seq);
    for (let fact = room.early.get(room.delivered + 1); fact; fact = room.early.get(room.delivered + 1)) {
      room.early.delete(fact.seq);
      room.delivered = fact.seq;
      batch.push(fact);
    }
    if (batch.length > 0) for (const listener of room.listeners) listener(batch);
    if (room.early.size > 0 && !room.repairing) {
      room.repairing = true;
      const pause = Math.min(patienceMs * 2 ** room.failures, longestPauseMs);
      setTimeout(() => void repair(name, room), pause).unref();
    }
  }

  async function repair(name: string, room: Room): Promise<void> {
    try {
      const missing = room.early.size > 0 ? await log.since(db.em(), name, room.delivered, 1000) : [];
      Object.assign(room, { repairing: false, failures: 0 });
      receive(name, room, missing ?? []);
    } catch (error) {
      if (room.failures === 0) logger.error({ err: error }, 'facts of a room could not be read');
      Object.assign(room, { repairing: false, failures: room.failures + 1 });
      flush(name, room);
    }
  }

  return {
    async subscribe(name, listener) {
      const room = rooms.get(name) ?? open(name);
      room.listeners.add(listener);
      const leave = () => {
        room.listeners.delete(listener);
        if (room.listeners.size > 0 || rooms.get(name) !== room) return;
        room.unsubscribe();
        rooms.delete(name);
      };
      try {
        await room.ready;
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
}
