import { availableParallelism } from 'node:os';
import type { MediaStatus } from '../../shared/media/contract.ts';
import { AppError } from '../kernel/errors.ts';
import { createFactQueue } from './fact-queue.ts';
import { listenInfos } from './listen.ts';
import { createAskRight } from './rights.ts';
import { Room } from './room.ts';
import { createHandlers } from './signalling.ts';
import type { Media, MediaDeps, MediaMetrics, MediaPeer, MediaTimings } from './types.ts';
import { ensureWorkerBinary } from './worker-binary.ts';
import type { WorkerProgress } from './worker-binary.ts';
import { WorkerPool } from './worker-pool.ts';

export type {
  Media,
  MediaAttachment,
  MediaDeps,
  MediaEvent,
  MediaInput,
  MediaMetrics,
  MediaPeer,
  MediaReply,
  MediaSignal,
  MediaSignalPayload,
  MediaSnapshot,
  MediaTimings,
  NewMediaFact,
  SendSignal,
} from './types.ts';

const defaults: MediaTimings = {
  grace: 30_000,
  idle: 60_000,
  respawn: 250,
  healthy: 60_000,
  binaryRetry: 5 * 60_000,
  factRetry: 100,
  silence: { first: 8_000, later: 90_000 },
};

/** Audio and video for rooms: mediasoup workers, the rooms on them, and who may send what. */
export function createMedia(deps: MediaDeps): Media {
  const { config, log, clock } = deps;
  const timings = { ...defaults, ...deps.timings };
  const rooms = new Map<string, Room>();
  const handlers = createHandlers(deps);
  const askRight = createAskRight(deps.authorize, log, timings.factRetry);
  let lastEpoch = 0;

  const pool = new WorkerPool({
    size: config.MEDIA_WORKERS ?? availableParallelism(),
    log,
    timings,
    binary: (signal, onProgress) => workerProgram(deps, signal, onProgress),
    listenInfos: (index) => listenInfos(config, index),
    onStatus: announceStatus,
    onDeath: (slot) => {
      for (const room of rooms.values()) if (room.isOn(slot)) void room.reopen();
    },
  });

  function announceStatus(status: MediaStatus): void {
    for (const room of rooms.values()) {
      if (room.attended) announce(room.id, 'media.status', status);
      if (status.state === 'ready' && room.orphaned) void room.reopen();
    }
  }

  /** Whatever the port does: the workers' upkeep goes on. */
  function announce(roomId: string, type: 'media.status' | 'media.speakers', payload: unknown): void {
    try {
      deps.broadcast(roomId, type, payload);
    } catch (error) {
      log.error({ err: error, roomId, type }, 'media signal was not sent');
    }
  }

  function nextEpoch(): number {
    lastEpoch = Math.max(clock.now().getTime(), lastEpoch + 1);
    return lastEpoch;
  }

  function createRoom(id: string): Room {
    const facts = createFactQueue(async (batch) => {
      try {
        await deps.emit(id, batch);
      } catch (error) {
        log.warn({ err: error, roomId: id, facts: batch.length }, 'media facts were not written');
        throw error;
      }
    }, timings.factRetry);
    const room = new Room({
      id,
      log,
      pool,
      facts,
      timings,
      nextEpoch,
      askRight,
      announceSpeakers: (speakers) => announce(id, 'media.speakers', { speakers }),
      onIdle: discard,
    });
    rooms.set(id, room);
    return room;
  }

  function discard(room: Room): void {
    room.close();
    if (rooms.get(room.id) === room) rooms.delete(room.id);
  }

  return {
    async start() {
      pool.start();
    },

    async stop() {
      for (const room of rooms.values()) discard(room);
      await pool.stop();
    },

    status: () => pool.status(),

    detail: () => pool.detail(),

    snapshot(roomId) {
      const room = rooms.get(roomId);
      return { ...pool.status(), epoch: room?.epoch ?? 0, producers: room?.producers.views() ?? [] };
    },

    attach({ roomId, userId, tabId, signal }): MediaPeer {
      const room = rooms.get(roomId) ?? createRoom(roomId);
      const peer = room.enter(userId, tabId, signal);
      const hold = peer.take(signal);
      room.listenAnew(peer);
      return {
        async handle(event, input) {
          if (!peer.holds(hold)) throw new AppError('not_joined');
          if (pool.status().state !== 'ready') throw new AppError('media_unavailable');
          return handlers[event](room, peer, input);
        },
        detach: () => peer.release(hold),
        async close() {
          if (!peer.holds(hold)) return;
          peer.close();
          await room.told();
        },
      };
    },

    async enforce(roomId, userId) {
      const room = rooms.get(roomId);
      if (!room) return;
      await room.enforce(userId);
      if (userId === undefined || !room.persons.has(userId)) return;
      if ((await askRight(userId, roomId, 'receive')) === false) await room.revoke(userId);
    },

    async revoke(userId, roomId) {
      await rooms.get(roomId)?.revoke(userId);
    },

    async closeRoom(roomId) {
      const room = rooms.get(roomId);
      if (room) discard(room);
    },

    metrics(): MediaMetrics {
      const peers = [...rooms.values()].flatMap((room) => room.peers());
      return {
        workers: pool.slots().length,
        rooms: rooms.size,
        transports: peers.reduce(
          (sum, { transports }) => sum + Number(transports.send !== null) + Number(transports.recv !== null),
          0,
        ),
        producers: [...rooms.values()].reduce((sum, room) => sum + room.producers.size, 0),
        consumers: peers.reduce((sum, { consumers }) => sum + consumers.size, 0),
      };
    },

    workerPids: () => pool.slots().map(({ worker }) => worker.pid),
  };
}

async function workerProgram(
  deps: MediaDeps,
  signal: AbortSignal,
  onProgress: (progress: WorkerProgress) => void,
): Promise<string> {
  if (deps.workerBinary) return deps.workerBinary(signal, onProgress);
  const log = (message: string, fields: Record<string, unknown> = {}): void => deps.log.info(fields, message);
  return ensureWorkerBinary({ log, signal, onProgress });
}
