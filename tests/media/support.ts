import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach } from 'vitest';
import type { Clock } from '../../server/kernel/clock.ts';
import { AppError } from '../../server/kernel/errors.ts';
import { createMedia } from '../../server/media/index.ts';
import type {
  Media,
  MediaDeps,
  MediaEvent,
  MediaInput,
  MediaPeer,
  MediaReply,
  MediaSignal,
  MediaTimings,
  NewMediaFact,
} from '../../server/media/index.ts';
import { mediaEvents, mediaFacts, mediaSignals } from '../../shared/media/contract.ts';
import type { MediaSource } from '../../shared/media/contract.ts';

export interface Recorded<T> {
  roomId: string;
  value: T;
}

/** Collects what a port was given; `until` waits for what is not there yet. */
export class Recorder<T> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  push(...values: T[]): void {
    this.all.push(...values);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async until<S extends T>(wanted: (value: T) => value is S, from?: number): Promise<S>;
  async until(wanted: (value: T) => boolean, from?: number): Promise<T>;
  async until(wanted: (value: T) => boolean, from = 0): Promise<T> {
    const deadline = AbortSignal.timeout(10_000);
    for (;;) {
      const found = this.all.slice(from).find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push(resolve);
        deadline.onabort = () => reject(new Error(`never came; there is ${JSON.stringify(this.all)}`));
      });
    }
  }
}

export interface Signal {
  type: MediaSignal;
  payload: unknown;
}

/** A media instance with a real worker; its ports are recorders. */
export interface Bench {
  media: Media;
  facts: Recorder<NewMediaFact & { roomId: string }>;
  broadcasts: Recorder<{ roomId: string; type: string; payload: unknown }>;
  /** What `authorize` refuses: `userId action` or `* action`. */
  refused: Set<string>;
  /** Replaces the decision and the write, for races. */
  hooks: {
    authorize?: (userId: string, action: string) => Promise<boolean>;
    emit?: (facts: NewMediaFact[]) => Promise<void>;
  };
  clock: { now(): Date; ms: number };
}

const open = new Set<Media>();

afterEach(async () => {
  await Promise.all([...open].map((media) => media.stop()));
  open.clear();
});

export async function bench(
  options: {
    config?: Partial<MediaDeps['config']>;
    timings?: Partial<MediaTimings>;
    binary?: MediaDeps['workerBinary'];
    start?: boolean;
  } = {},
): Promise<Bench> {
  const facts: Bench['facts'] = new Recorder();
  const broadcasts: Bench['broadcasts'] = new Recorder();
  const refused = new Set<string>();
  const hooks: Bench['hooks'] = {};
  const clock: Clock & { ms: number } = {
    ms: Date.parse('2026-11-21T08:00:00Z'),
    now: () => new Date(clock.ms),
  };
  const media = createMedia({
    config: {
      HOST: '127.0.0.1',
      MEDIA_LISTEN_PORT: undefined,
      MEDIA_LISTEN_ADDRESS: undefined,
      MEDIA_ANNOUNCED_ADDRESS: undefined,
      MEDIA_WORKERS: 1,
      MEDIASOUP_WORKER_BIN: undefined,
      TURN_URLS: [],
      TURN_SECRET: undefined,
      ...options.config,
    },
    log: pino({ level: process.env['TEST_LOG'] ?? 'silent' }),
    clock,
    async authorize(userId, _roomId, action) {
      if (hooks.authorize) return hooks.authorize(userId, action);
      return !refused.has(`${userId} ${action}`) && !refused.has(`* ${action}`);
    },
    async emit(roomId, batch) {
      await hooks.emit?.(batch);
      for (const { type, ...payload } of batch) mediaFacts[type].parse(payload);
      facts.push(...batch.map((fact) => ({ ...fact, roomId })));
    },
    broadcast(roomId, type, payload) {
      mediaSignals[type].parse(payload);
      broadcasts.push({ roomId, type, payload });
    },
    workerBinary: options.binary,
    timings: { respawn: 20, factRetry: 1, ...options.timings },
  });
  open.add(media);
  if (options.start !== false) {
    await media.start();
    await poll(() => media.status().state === 'ready');
  }
  return { media, facts, broadcasts, refused, hooks, clock };
}

/** For what no port tells of, such as the death of a process. */
export async function poll(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition never held');
    await sleep(5);
  }
}

export const userId = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** A client at the level of the wire: every reply is held against the contract. */
export class Tab {
  readonly signals = new Recorder<Signal>();
  readonly peer: MediaPeer;
  readonly userId: string;
  capabilities: MediaReply<'media.capabilities'>['routerRtpCapabilities'] = {};
  sendId = '';
  recvId = '';
  #ssrc = Math.floor(Math.random() * 1e9) + 1;
  #mid = 0;

  constructor(media: Media, user: string, tabId = 'tab', roomId = 'room') {
    this.userId = user;
    this.peer = media.attach({
      roomId,
      userId: user,
      tabId,
      signal: (type, payload) => this.signals.push({ type, payload: mediaSignals[type].parse(payload) }),
    });
  }

  async call<E extends MediaEvent>(event: E, input: MediaInput<E>): Promise<MediaReply<E>> {
    const reply = await this.peer.handle(event, mediaEvents[event].input.parse(input) as MediaInput<E>);
    return mediaEvents[event].reply.parse(JSON.parse(JSON.stringify(reply))) as MediaReply<E>;
  }

  /** Both transports, unconnected: signalling needs no packet. */
  async setUp(): Promise<this> {
    this.capabilities = (await this.call('media.capabilities', {})).routerRtpCapabilities;
    this.sendId = (await this.call('media.transport.create', { direction: 'send' })).id;
    this.recvId = (await this.call('media.transport.create', { direction: 'recv' })).id;
    return this;
  }

  async produce(source: MediaSource, more: Partial<MediaInput<'media.produce'>> = {}): Promise<string> {
    const kind = source === 'camera' || source === 'screen' ? 'video' : 'audio';
    const rtpParameters = kind === 'audio' ? this.opus() : this.vp8();
    const reply = await this.call('media.produce', {
      transportId: this.sendId,
      kind,
      rtpParameters,
      source,
      ...more,
    });
    return reply.producerId;
  }

  async consume(producerId: string): Promise<MediaReply<'media.consume'>> {
    return this.call('media.consume', { producerId, rtpCapabilities: this.capabilities });
  }

  opus(): Record<string, unknown> {
    return {
      mid: String((this.#mid += 1)),
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: 111,
          clockRate: 48_000,
          channels: 2,
          parameters: {},
          rtcpFeedback: [],
        },
      ],
      headerExtensions: [],
      encodings: [{ ssrc: (this.#ssrc += 10) }],
      rtcp: { cname: 'test' },
    };
  }

  vp8(layers = 3): Record<string, unknown> {
    return {
      mid: String((this.#mid += 1)),
      codecs: [
        { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {}, rtcpFeedback: [] },
      ],
      headerExtensions: [],
      encodings: Array.from({ length: layers }, () => ({ ssrc: (this.#ssrc += 10), maxBitrate: 100_000 })),
      rtcp: { cname: 'test' },
    };
  }
}

export const dtls = (digit = 'a'): Record<string, unknown> => ({
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => `${digit}0`).join(':') }],
});

/** The code a call is refused with; a call that succeeds answers `ok`. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : `not an AppError: ${String(error)}`;
  }
}
