import type { types } from 'mediasoup';
import { AppError } from '../kernel/errors.ts';
import { createMutex } from './mutex.ts';
import type { Mutex } from './mutex.ts';
import type { ProducerEntry } from './producers.ts';
import type { SendSignal } from './types.ts';

export type Direction = 'send' | 'recv';

/** What one person holds in a room, through however many tabs. */
export interface Person {
  userId: string;
  /** Rights are asked and used inside it, so that no resume overtakes a lock. */
  mutex: Mutex;
  peers: Map<string, Peer>;
}

/** One tab of one person: its two transports and what runs through them. */
export class Peer {
  readonly person: Person;
  readonly tabId: string;
  readonly transports: { send: types.WebRtcTransport | null; recv: types.WebRtcTransport | null };
  readonly consumers = new Map<string, types.Consumer>();
  /** Transports are made one at a time, so that the later one replaces the earlier one. */
  readonly making: Mutex = createMutex();
  /** Consumers being made: they count, or many at the same moment would all pass under the limit. */
  arriving = 0;
  closed = false;
  /** When the socket was lost, in milliseconds of this process. */
  awaySince = 0;
  signal: SendSignal;
  #hold = 0;
  #attached = false;
  #graceTimer: NodeJS.Timeout | undefined;
  readonly #graceMs: number;
  readonly #onClose: (peer: Peer) => void;

  constructor(options: {
    person: Person;
    tabId: string;
    signal: SendSignal;
    graceMs: number;
    onClose: (peer: Peer) => void;
  }) {
    this.person = options.person;
    this.tabId = options.tabId;
    this.signal = options.signal;
    this.transports = { send: null, recv: null };
    this.#graceMs = options.graceMs;
    this.#onClose = options.onClose;
  }

  /** A socket takes hold of the tab, from the socket before if there still was one. Answers the hold. */
  take(signal: SendSignal): number {
    clearTimeout(this.#graceTimer);
    this.signal = signal;
    this.#attached = true;
    this.#hold += 1;
    return this.#hold;
  }

  /** Whether this hold still counts: the tab is open and no later socket took it over. */
  holds(hold: number): boolean {
    return !this.closed && this.#attached && this.#hold === hold;
  }

  /** The socket is gone; without another one in time the tab is closed. */
  release(hold: number): void {
    if (!this.holds(hold)) return;
    this.#attached = false;
    this.awaySince = performance.now();
    this.signal = () => undefined;
    this.#graceTimer = setTimeout(() => this.close(), this.#graceMs);
    this.#graceTimer.unref();
  }

  get attached(): boolean {
    return this.#attached && !this.closed;
  }

  /** Closes everything the tab holds. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.#graceTimer);
    this.transports.send?.close();
    this.transports.recv?.close();
    this.person.peers.delete(this.tabId);
    this.#onClose(this);
  }

  /** @throws AppError media_not_found, also for a transport of somebody else */
  transport(id: string): types.WebRtcTransport {
    const { send, recv } = this.transports;
    if (send?.id === id) return send;
    if (recv?.id === id) return recv;
    throw new AppError('media_not_found');
  }

  /** @throws AppError media_not_found, also for a consumer of somebody else */
  consumer(id: string): types.Consumer {
    const consumer = this.consumers.get(id);
    if (!consumer) throw new AppError('media_not_found');
    return consumer;
  }

  /** Takes a new transport in, in place of the one in that direction. */
  adopt(direction: Direction, transport: types.WebRtcTransport): void {
    if (this.closed) {
      transport.close();
      throw new AppError('not_joined');
    }
    const before = this.transports[direction];
    this.transports[direction] = transport;
    before?.close();
    transport.observer.on('close', () => {
      if (this.transports[direction] === transport) this.transports[direction] = null;
    });
    // A browser that ended its side, by a reload say, says so here: no need to wait for a timeout.
    transport.on('dtlsstatechange', (state) => {
      if (state === 'closed' || state === 'failed') transport.close();
    });
  }

  /** Takes a new consumer in, in place of the one of the same producer, and tells the client what happens to it. */
  receive(consumer: types.Consumer): void {
    for (const before of this.consumers.values()) {
      if (before.producerId === consumer.producerId) before.close();
    }
    this.consumers.set(consumer.id, consumer);
    consumer.observer.on('close', () => this.consumers.delete(consumer.id));
    consumer.on('producerclose', () => this.signal('media.consumer.closed', { consumerId: consumer.id }));
    consumer.on('layerschange', (layers) => {
      this.signal('media.consumer.layers', {
        consumerId: consumer.id,
        spatialLayer: layers?.spatialLayer ?? null,
      });
    });
  }

  /** @throws AppError media_not_found, also for a producer of another tab */
  own(entry: ProducerEntry | undefined): ProducerEntry {
    if (!entry || entry.peer !== this) throw new AppError('media_not_found');
    return entry;
  }
}
