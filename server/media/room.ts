import type { types } from 'mediasoup';
import { limits } from '../../shared/kernel/limits.ts';
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
import { SoundWatch } from './sound-watch.ts';
import type { Verdict } from './sound-watch.ts';
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
  timings: Pick<MediaTimings, 'grace' | 'idle' | 'silence'>;
  askRight: AskRight;
  /** A number greater than every one before. */
  nextEpoch: () => number;
  announceSpeakers: (speakers: Speaker[]) => void;
  /** Nobody has been here for the idle time. */
  onIdle: (room: Room) => void;
}

/** How many people's rights are asked at the same time when they change for all. */
const enforcedAtOnce = 8;
/** Tabs of one person that may have media: as many as may be connected to a class. */
const maxTabs = limits.connectionsPerPerson;
/** How often a room moves on to another worker because one died while it was being opened. */
const openings = 4;
/** How often the open microphones are looked at. */
const soundCheckMs = 1000;

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
  readonly #sounds: SoundWatch;
  #soundTimer: NodeJS.Timeout | undefined;

  constructor(options: RoomOptions) {
    this.id = options.id;
    this.facts = options.facts;
    this.producers = new Producers(options.facts);
    this.#options = options;
    this.#sounds = new SoundWatch(options.timings.silence);
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
    this.#makePlace(person);
    const graceMs = this.#options.timings.grace;
    const peer = new Peer({ person, tabId, signal, graceMs, onClose: (closed) => this.#left(closed) });
    person.peers.set(tabId, peer);
    return peer;
  }

  /** A new tab takes the place of the one whose socket has been away longest: reloading must not pile up transports. */
  #makePlace(person: Person): void {
    const away = [...person.peers.values()].filter((peer) => !peer.attached);
    for (const peer of away.toSorted((a, b) => a.awaySince - b.awaySince)) {
      if (person.peers.size < maxTabs) return;
      peer.close();
    }
  }

  /** @throws AppError media_limit for a tab beyond those that one person may have */
  assertPlace({ person, tabId }: Peer): void {
    if ([...person.peers.keys()].indexOf(tabId) >= maxTabs) throw new AppError('media_limit');
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

  /** A worker that dies under an opening is no reason to give up: the next one takes the room. */
  async #create(): Promise<LiveRouter> {
    for (let attempt = 1; ; attempt += 1) {
      const slot = await this.#options.pool.pick();
      try {
        return await this.#createOn(slot);
      } catch (error) {
        if (!slot.worker.closed || this.closed || attempt === openings) throw error;
      }
    }
  }

  async #createOn(slot: WorkerSlot): Promise<LiveRouter> {
    const router = await this.#createRouter(slot);
    try {
      router.observer.on('newtransport', (transport) => {
        slot.transports += 1;
        transport.observer.once('close', () => {
          slot.transports -= 1;
        });
      });
      const hearing = await listenTo(router, {
        userOf: (producerId) => this.producers.get(producerId)?.peer.person.userId,
        onSpeakers: this.#options.announceSpeakers,
        onSound: (producerIds) => this.#tellSilence(this.#sounds.heard(producerIds, performance.now())),
      });
      if (this.closed) throw new AppError('not_joined');
      // It died in the moment of its last answer, before the pool knew that this room is on it.
      if (router.closed) throw new AppError('media_unavailable');
      this.#live = { router, slot, hearing };
    } catch (error) {
      router.close();
      throw error;
    }
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
    if (entry.source === 'microphone') this.#watch(entry);
    return told;
  }

  /** Notes when a microphone opens and closes, and when nothing comes from it. */
  #watch({ producer, peer }: ProducerEntry): void {
    const { id } = producer;
    const open = (): void => {
      this.#sounds.open(id, performance.now());
      this.#soundTimer ??= this.#startSoundTimer();
    };
    const shut = (): void => {
      // Muted, there is nothing to complain about any more.
      if (this.#sounds.close(id)) peer.signal('media.silent', { producerId: id, silent: false });
    };
    if (!producer.paused) open();
    producer.observer.on('pause', shut);
    producer.observer.on('resume', open);
    producer.observer.on('close', () => this.#sounds.close(id));
    producer.on('score', (scores) => {
      if (scores.length > 0 && scores.every(({ score }) => score === 0))
        this.#tellSilence(this.#sounds.dried(id));
    });
  }

  #startSoundTimer(): NodeJS.Timeout {
    const timer = setInterval(() => {
      this.#tellSilence(this.#sounds.check(performance.now()));
      if (this.#sounds.size > 0) return;
      clearInterval(timer);
      this.#soundTimer = undefined;
    }, soundCheckMs);
    return timer.unref();
  }

  #tellSilence(verdicts: readonly Verdict[]): void {
    for (const { id: producerId, silent } of verdicts)
      this.producers.get(producerId)?.peer.signal('media.silent', { producerId, silent });
  }

  /** A socket took the tab over and knows nothing of what was signalled before. */
  listenAnew(peer: Peer): void {
    for (const { producer, source, peer: owner } of this.producers.of(peer.person.userId)) {
      if (owner === peer && source === 'microphone' && !producer.paused)
        this.#sounds.open(producer.id, performance.now());
    }
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
    clearInterval(this.#soundTimer);
    for (const peer of this.peers()) peer.close();
    this.#live?.router.close();
    this.#live = null;
  }
}
