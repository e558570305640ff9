import { z } from 'zod';
import { defineEvent } from '../kernel/contract.ts';
import { id } from '../kernel/ids.ts';

export const mediaSources = ['microphone', 'camera', 'screen', 'screen-audio'] as const;
export const mediaSource = z.enum(mediaSources);
export type MediaSource = z.infer<typeof mediaSource>;

/** `building`: the worker is being obtained; `failed`: there is none, `reason` says why. Classes work without media. */
export const mediaState = z.enum(['building', 'ready', 'failed']);
export type MediaState = z.infer<typeof mediaState>;

/**
 * What is going on while `building`, or why media `failed`. A code and no more: pupils read it, and so does everybody
 * who can reach `/readyz`. The words, with paths and messages, are in the server's log and terminal.
 */
export const mediaReason = z.enum([
  'searching',
  'waiting',
  'downloading',
  'compiling',
  'no_program',
  'port_in_use',
  'not_started',
  'unstable',
  'stopping',
]);
export type MediaReason = z.infer<typeof mediaReason>;

export const mediaStatus = z.object({
  state: mediaState,
  reason: mediaReason.nullable(),
  /** How much of the step is done, where it can be told. */
  percent: z.number().int().min(0).max(100).nullable(),
});
export type MediaStatus = z.infer<typeof mediaStatus>;

/** A consumer's claim on the bandwidth of its tab, 1 to 255: the greater is served first. */
export const consumerPriority = z.number().int().min(1).max(255);

/** Somebody's stream as everybody in the room sees it. `locked`: paused by the server and not the owner's to resume. */
export const producerView = z.object({
  producerId: z.string(),
  userId: id,
  kind: z.enum(['audio', 'video']),
  source: mediaSource,
  paused: z.boolean(),
  locked: z.boolean(),
});
export type ProducerView = z.infer<typeof producerView>;

// mediasoup's own parameter objects: their deep shape is checked by mediasoup, which refuses what it cannot use.
const parameters = z.record(z.string(), z.unknown());
const transportId = z.string().max(64);
const producerId = z.string().max(64);
const consumerId = z.string().max(64);

const common = ['invalid_input', 'rate_limited', 'not_joined', 'media_unavailable'] as const;
const rate = { points: 400, seconds: 10 };
const kind = 'query' as const;
/** Whoever is in a class; what may be sent there, its locks and roles decide. */
const permission = 'live.join';

/** Media signalling; part of the channel of whatever feature has rooms with media (WIRE.md). */
export const mediaEvents = {
  'media.capabilities': defineEvent({
    kind,
    permission,
    summary: 'What the router speaks. `epoch` changes when the room was rebuilt: set media up again.',
    input: z.strictObject({}),
    reply: z.object({
      routerRtpCapabilities: parameters,
      iceServers: z.array(
        z.object({
          urls: z.array(z.string()),
          username: z.string().optional(),
          credential: z.string().optional(),
        }),
      ),
      epoch: z.number().int(),
    }),
    errors: [...common],
    rate,
  }),
  'media.transport.create': defineEvent({
    kind,
    permission,
    summary: 'A WebRTC transport in one direction; a second one in that direction replaces the first.',
    input: z.strictObject({ direction: z.enum(['send', 'recv']) }),
    reply: z.object({
      id: z.string(),
      iceParameters: parameters,
      iceCandidates: z.array(parameters),
      dtlsParameters: parameters,
    }),
    errors: [...common, 'media_limit'],
    rate,
  }),
  'media.transport.connect': defineEvent({
    kind,
    permission,
    summary: 'The DTLS half of a transport.',
    input: z.strictObject({ transportId, dtlsParameters: parameters }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.transport.restartIce': defineEvent({
    kind,
    permission,
    summary: 'New ICE parameters after the network changed or slept.',
    input: z.strictObject({ transportId }),
    reply: z.object({ iceParameters: parameters }),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.produce': defineEvent({
    kind,
    permission,
    summary: 'Send a stream. Refused with `publish_locked` where the lock or the role forbids the source.',
    input: z.strictObject({
      transportId,
      kind: z.enum(['audio', 'video']),
      rtpParameters: parameters,
      source: mediaSource,
      paused: z.boolean().optional(),
    }),
    reply: z.object({ producerId: z.string() }),
    errors: [...common, 'media_not_found', 'publish_locked', 'media_limit'],
    rate,
  }),
  'media.producer.pause': defineEvent({
    kind,
    permission,
    summary: 'Stop sending for now.',
    input: z.strictObject({ producerId }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.producer.resume': defineEvent({
    kind,
    permission,
    summary: 'Send again; `publish_locked` while a lock holds.',
    input: z.strictObject({ producerId }),
    reply: z.object({}),
    errors: [...common, 'media_not_found', 'publish_locked'],
    rate,
  }),
  'media.producer.close': defineEvent({
    kind,
    permission,
    summary: 'Stop sending for good.',
    input: z.strictObject({ producerId }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.consume': defineEvent({
    kind,
    permission,
    summary: 'Receive somebody’s stream. Starts paused: resume once the client is ready.',
    input: z.strictObject({ producerId, rtpCapabilities: parameters, priority: consumerPriority.optional() }),
    reply: z.object({
      id: z.string(),
      producerId: z.string(),
      kind: z.enum(['audio', 'video']),
      rtpParameters: parameters,
      producerPaused: z.boolean(),
    }),
    errors: [...common, 'media_not_found', 'media_incompatible', 'media_limit'],
    rate,
  }),
  'media.consumer.resume': defineEvent({
    kind,
    permission,
    summary: 'Start or go on receiving.',
    input: z.strictObject({ consumerId }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.consumer.pause': defineEvent({
    kind,
    permission,
    summary: 'Stop receiving for now, as for a tile that is off screen.',
    input: z.strictObject({ consumerId }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.consumer.close': defineEvent({
    kind,
    permission,
    summary: 'Stop receiving for good.',
    input: z.strictObject({ consumerId }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.consumer.layers': defineEvent({
    kind,
    permission,
    summary: 'Preferred simulcast layers, as the tile’s size asks for.',
    input: z.strictObject({
      consumerId,
      spatialLayer: z.number().int().min(0).max(8),
      temporalLayer: z.number().int().min(0).max(8).optional(),
    }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
  'media.consumer.priority': defineEvent({
    kind,
    permission,
    summary: 'Which video is served first where the bandwidth does not suffice for all.',
    input: z.strictObject({ consumerId, priority: consumerPriority }),
    reply: z.object({}),
    errors: [...common, 'media_not_found'],
    rate,
  }),
};

/** Facts about streams, kept in the room log so that a resume brings them too. */
export const mediaFacts = {
  'media.producer.added': producerView,
  'media.producer.removed': z.object({ producerId: z.string(), userId: id }),
  'media.producer.paused': z.object({ producerId: z.string(), userId: id, locked: z.boolean() }),
  'media.producer.resumed': z.object({ producerId: z.string(), userId: id }),
  'media.reset': z.object({ epoch: z.number().int() }),
};

/** Server events for one socket, or for all and not kept. */
export const mediaSignals = {
  'media.status': mediaStatus,
  /** The stream behind a consumer ended, or the server closed it. */
  'media.consumer.closed': z.object({ consumerId: z.string() }),
  /** Simulcast layers now received; null = none. */
  'media.consumer.layers': z.object({ consumerId: z.string(), spatialLayer: z.number().nullable() }),
  /** To its owner: no sound arrives from this open microphone; `silent: false` takes it back. */
  'media.silent': z.object({ producerId: z.string(), silent: z.boolean() }),
  /** Who is speaking, loudest first; empty = silence. `volume` in dBvo, -127 (silent) to 0. */
  'media.speakers': z.object({ speakers: z.array(z.object({ userId: id, volume: z.number() })) }),
};
