import type { z } from 'zod';
import type {
  mediaEvents,
  mediaFacts,
  mediaSignals,
  MediaSource,
  MediaStatus,
  ProducerView,
} from '../../shared/media/contract.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Config } from '../kernel/config.ts';
import type { Logger } from '../kernel/logger.ts';
import type { SilenceLimits } from './sound-watch.ts';
import type { WorkerProgress } from './worker-binary.ts';

export type MediaEvent = keyof typeof mediaEvents;
export type MediaInput<E extends MediaEvent> = z.output<(typeof mediaEvents)[E]['input']>;
export type MediaReply<E extends MediaEvent> = z.input<(typeof mediaEvents)[E]['reply']>;
export type MediaSignal = keyof typeof mediaSignals;
export type MediaSignalPayload<S extends MediaSignal> = z.input<(typeof mediaSignals)[S]>;

/** A fact of this feature before it has a place in the room's log. */
export type NewMediaFact = {
  [T in keyof typeof mediaFacts]: { type: T } & z.input<(typeof mediaFacts)[T]>;
}[keyof typeof mediaFacts];

/** Sends a signal to one socket; never throws. */
export type SendSignal = <S extends MediaSignal>(type: S, payload: MediaSignalPayload<S>) => void;

/** Waits, in milliseconds; the defaults are the rules of SPEC.md, tests shorten them. */
export interface MediaTimings {
  /** How long the transports of a lost socket are kept. */
  grace: number;
  /** How long a room without anybody keeps its router. */
  idle: number;
  /** First pause before a worker that died again is started again; doubles up to 128 times. */
  respawn: number;
  /** A worker that lived this long counts as healthy: its next death is the first again. */
  healthy: number;
  /** First pause before the worker's program is looked for again; doubles up to an hour. */
  binaryRetry: number;
  /** First pause before a failed write of facts is tried again. */
  factRetry: number;
  /** How long an open microphone may be silent before its owner is told. */
  silence: SilenceLimits;
}

export interface MediaDeps {
  config: Pick<
    Config,
    | 'HOST'
    | 'MEDIA_LISTEN_PORT'
    | 'MEDIA_LISTEN_ADDRESS'
    | 'MEDIA_ANNOUNCED_ADDRESS'
    | 'MEDIA_WORKERS'
    | 'MEDIASOUP_WORKER_BIN'
    | 'TURN_URLS'
    | 'TURN_SECRET'
  >;
  log: Logger;
  clock: Clock;
  /** Decides at the moment of the call, from the database. `receive` or one of the sources. */
  authorize: (userId: string, roomId: string, action: 'receive' | MediaSource) => Promise<boolean>;
  /** Writes facts to the room's log, after which they reach everybody. An `AppError` is a refusal, anything else is tried again. */
  emit: (roomId: string, facts: NewMediaFact[]) => Promise<void>;
  /** Not kept, to everybody in the room. */
  broadcast: (roomId: string, type: 'media.speakers' | 'media.status', payload: unknown) => void;
  /** Path of the worker's program; by default `ensureWorkerBinary`. */
  workerBinary?: (signal: AbortSignal, onProgress: (progress: WorkerProgress) => void) => Promise<string>;
  timings?: Partial<MediaTimings>;
}

export interface MediaSnapshot extends MediaStatus {
  /** 0 while the room has no router yet. */
  epoch: number;
  producers: ProducerView[];
}

export interface MediaAttachment {
  roomId: string;
  userId: string;
  tabId: string;
  /** Sends to that socket. */
  signal: SendSignal;
}

/** Counts for `/metrics`. */
export interface MediaMetrics {
  workers: number;
  rooms: number;
  transports: number;
  producers: number;
  consumers: number;
}

/** The routing of audio and video; knows rooms and people, not classes. */
export interface Media {
  /** Returns at once; the worker is obtained in the background. */
  start(): Promise<void>;
  stop(): Promise<void>;
  status(): MediaStatus;
  /** Why there is no media, for whoever runs the server; null while there is nothing to say. Not for the public. */
  detail(): string | null;
  /** The media part of a room's snapshot; creates nothing. */
  snapshot(roomId: string): MediaSnapshot;
  /** A connection (one tab) of a person enters. The same tab within the grace takes over its transports. */
  attach(input: MediaAttachment): MediaPeer;
  /**
   * Rights may have changed for one person or, without `userId`, for all. What is no longer allowed is paused and
   * locked (a screen is closed), what is allowed again is unlocked and stays paused. With `userId`, somebody who may
   * not even receive any more is revoked. Call it after the commit that changed the rights; once it has resolved
   * nothing forbidden flows. It never rejects.
   */
  enforce(roomId: string, userId?: string): Promise<void>;
  /** Out at once: every transport of that person in that room is closed. */
  revoke(userId: string, roomId: string): Promise<void>;
  /** The room is over: everything in it is closed, without facts. */
  closeRoom(roomId: string): Promise<void>;
  metrics(): MediaMetrics;
  /** For tests: the worker processes. */
  workerPids(): number[];
}

/** One socket's hold on the media of one room. */
export interface MediaPeer {
  /** @throws AppError with the codes the contract names for the event. */
  handle<E extends MediaEvent>(event: E, input: MediaInput<E>): Promise<MediaReply<E>>;
  /** The socket is gone: transports are kept for the grace, for an ICE restart on return, then closed. */
  detach(): void;
  /** Left for good. */
  close(): Promise<void>;
}
