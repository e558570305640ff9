import type { types } from 'mediasoup';
import { AppError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { roomCodecs } from './codecs.ts';
import type { FactQueue } from './fact-queue.ts';
import { listenTo } from './hearing.ts';
import type { Hearing } from './hearing.ts';
import { createMutex } from './mutex.ts';
import { Peer } from './peer.ts';
import type { Person } from './peer.ts';
import { Producers } from './producers.ts';
import type { ProducerEntry } from './producers.ts';
import type { AskRight } from './rights.ts';
import type { Speaker } from './speakers.ts';
import type { MediaTimings, SendSignal } from './types.ts';
import type { WorkerPool, WorkerSlot } from './worker-pool.ts';

/** A room's router for as long as its worker lives. */
interface LiveRouter {
  router: types.Router;
  slot: WorkerSlot;
  hearing: Hearing;
}

export interface RoomOptions {
  id: string;
  log: Logger;
  pool: WorkerPool;
  facts: FactQueue;
  timings: Pick<MediaTimings, 'grace' | 'idle'>;
  askRight: AskRight;
  /** A number greater than every one before. */
  nextEpoch: () => number;
  announceSpeakers: (speakers: Speaker[]) => void;
  /** Nobody has been here for the idle time. */
  onIdle: (room: Room) => void;
}

/** How many people's rights are asked at the same time when they change for all. */
const enforcedAtOnce = 8;

/** One room: the people in it, their streams and the router that carries them. */
export class Room {
  readonly id: string;
  readonly persons = new Map<string, Person>();
  readonly producers: Producers;
  readonly facts: FactQueue;
  epoch = 0;
  closed = false;
  readonly #options: RoomOptions;
  #live: LiveRouter | null = null;
  #opening: Promise<LiveRouter> | null = null;
  /** The router died and no worker could take the room yet. */
  #orphaned = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: RoomOptions) {
    this.id = options.id;
    this.facts = options.facts;
    this.producers = new Producers(options.facts);
    this.#options = options;
  }

  peers(): Peer[] {
    return [...this.persons.values()].flatMap(({ peers }) => [...peers.values()]);
  }

  /** Whether a socket is there to hear. */
  get attended(): boolean {
    return this.peers().some((peer) => peer.attached);
  }

  /** The tab of that person: the one that is kept, or a new one. */
  enter(userId: string, tabId: string, signal: SendSignal): Peer {
    clearTimeout(this.#idleTimer);
    const person = this.persons.get(userId) ?? {
      userId,
      mutex: createMutex(),
      peers: new Map<string, Peer>(),
    };
    this.persons.set(userId, person);
    const kept = person.peers.get(tabId);
    if (kept) return kept;
    const graceMs = this.#options.timings.grace;
    const peer = new Peer({ person, tabId, signal, graceMs, onClose: (closed) => this.#left(closed) });
    person.peers.set(tabId, peer);
    return peer;
  }

  #left(peer: Peer): void {
    // The same person may have come back under a new entry after a revoke.
    const { person } = peer;
    if (person.peers.size === 0 && this.persons.get(person.userId) === person)
      this.persons.delete(person.userId);
    if (this.closed || this.persons.size > 0) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#options.onIdle(this), this.#options.timings.idle);
    this.#idleTimer.unref();
  }

  /**
   * The room's router, made when it is first needed. Each new one is a new epoch and says so by `media.reset`: what
   * the log told about streams before it, in this process or one that ended, is void.
   * @throws AppError media_unavailable, not_joined
   */
  async open(): Promise<LiveRouter> {
    if (this.closed) throw new AppError('not_joined');
    if (this.#live) return this.#live;
    this.#opening ??= this.#create().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #create(): Promise<LiveRouter> {
    const slot = await this.#options.pool.pick();
    const router = await this.#createRouter(slot);
    router.observer.on('newtransport', (transport) => {
      slot.transports += 1;
      transport.observer.once('close', () => {
        slot.transports -= 1;
      });
    });
    const hearing = await listenTo(
      router,
      (producerId) => this.producers.get(producerId)?.peer.person.userId,
      this.#options.announceSpeakers,
    );
    if (this.closed) {
      router.close();
      throw new AppError('not_joined');
    }
    this.#live = { router, slot, hearing };
    this.#orphaned = false;
    this.epoch = this.#options.nextEpoch();
    void this.facts.push({ type: 'media.reset', epoch: this.epoch });
    return this.#live;
  }

  async #createRouter(slot: WorkerSlot): Promise<types.Router> {
    const release = (): void => {
      slot.rooms -= 1;
    };
    try {
      const router = await slot.worker.createRouter({ mediaCodecs: roomCodecs });
      router.observer.once('close', release);
      return router;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Whether everything of this room was on that worker. */
  isOn(slot: WorkerSlot): boolean {
    return this.#live?.slot === slot;
  }

  /** The worker died: with somebody here the room starts anew at once, otherwise when it is next used. */
  async reopen(): Promise<void> {
    this.#live = null;
    this.#orphaned = true;
    if (this.closed || this.persons.size === 0) return;
    try {
      await this.open();
    } catch (error) {
      this.#options.log.warn({ err: error, roomId: this.id }, 'media room waits for a worker');
    }
  }

  get orphaned(): boolean {
    return this.#orphaned && !this.closed;
  }

  /** Shows a stream; resolves when everybody will hear of it. */
  show(entry: ProducerEntry, live: LiveRouter): Promise<void> {
    // mediasoup closes the streams of a dying worker one by one before it says so: the reset tells it all.
    const told = this.producers.add(entry, () => this.closed || live.slot.worker.closed);
    if (entry.producer.kind === 'audio') live.hearing.add(entry.producer.id);
    return told;
  }

  /** Brings the streams of one person or of all in line with their rights now. Never fails. */
  async enforce(userId?: string): Promise<void> {
    const persons = userId === undefined ? [...this.persons.values()] : [this.persons.get(userId)];
    const queue = persons.filter((person) => person !== undefined);
    const worker = async (): Promise<void> => {
      for (let person = queue.shift(); person; person = queue.shift()) await this.#enforceOn(person);
    };
    await Promise.all(Array.from({ length: enforcedAtOnce }, worker));
    await this.told();
  }

  #enforceOn(person: Person): Promise<void> {
    return person.mutex.run(async () => {
      for (const entry of this.producers.of(person.userId)) {
        const allowed = await this.#options.askRight(person.userId, this.id, entry.source);
        try {
          // A right that cannot be read is none: a lock holds whatever fails.
          await this.producers.enforce(entry, allowed ?? false);
        } catch {
          entry.producer.close();
        }
      }
    });
  }

  /** Closes every tab of one person. */
  async revoke(userId: string): Promise<void> {
    const person = this.persons.get(userId);
    if (!person) return;
    for (const peer of person.peers.values()) peer.close();
    await this.told();
  }

  /** Resolves when what happened so far is in the log, or the log would not have it: what is closed stays closed. */
  async told(): Promise<void> {
    await this.facts.push().catch(() => undefined);
  }

  /** Ends the room without facts. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.#idleTimer);
    for (const peer of this.peers()) peer.close();
    this.#live?.router.close();
    this.#live = null;
  }
}
