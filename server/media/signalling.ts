import { z } from 'zod';
import type { types } from 'mediasoup';
import type { MediaSource } from '../../shared/media/contract.ts';
import { AppError } from '../kernel/errors.ts';
import { badParameters, fromMediasoup, translated } from './failures.ts';
import { iceServers } from './ice-servers.ts';
import type { Peer } from './peer.ts';
import { kindOf } from './producers.ts';
import type { ProducerEntry } from './producers.ts';
import type { Room } from './room.ts';
import type { MediaDeps, MediaEvent, MediaInput, MediaReply } from './types.ts';

type Handlers = {
  [E in MediaEvent]: (room: Room, peer: Peer, input: MediaInput<E>) => Promise<MediaReply<E>>;
};

/** Consumers of one tab: a class of 250 with a camera and a microphone each. */
export const maxConsumers = 500;
/** Consumers of one person: three devices in such a class. */
export const maxConsumersPerPerson = 1500;
/** Encodings of one stream: the simulcast layers of a camera are three. */
const maxEncodings = 4;
/** Above the three simulcast layers of a camera, a screen at 1080p and two sounds together. */
const maxIncomingBitrate = 8_000_000;

const transportOptions = {
  enableUdp: true,
  enableTcp: true,
  preferUdp: true,
  iceConsentTimeout: 10,
  initialAvailableOutgoingBitrate: 1_000_000,
};

/** mediasoup packs these into its channel unchecked, so they are checked here. */
const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z.string().regex(/^([0-9a-f]{2}:){19,63}[0-9a-f]{2}$/i),
      }),
    )
    .min(1)
    .max(8),
});

/**
 * Sound is never weighed against pictures, mediasoup sends it first. Among the pictures a screen is what the lesson is
 * about; who the teacher is, only the client's side knows and may say.
 */
const defaultPriority = (source: MediaSource): number => (source === 'screen' ? 200 : 50);

const held = ({ consumers, arriving }: Peer): number => consumers.size + arriving;

/** What happens on each event of the contract. */
export function createHandlers({ authorize, clock, config, log }: MediaDeps): Handlers {
  async function mayReceive(room: Room, peer: Peer): Promise<void> {
    if (!(await authorize(peer.person.userId, room.id, 'receive'))) throw new AppError('not_joined');
  }

  return {
    'media.capabilities': async (room, peer) => {
      await mayReceive(room, peer);
      const { router } = await translated('', () => room.open());
      return {
        routerRtpCapabilities: { ...router.rtpCapabilities },
        iceServers: iceServers(config, peer.person.userId, clock.now()),
        epoch: room.epoch,
      };
    },

    'media.transport.create': async (room, peer, { direction }) =>
      peer.making.run(async () => {
        room.assertPlace(peer);
        const { router, slot } = await translated('', () => room.open());
        const transport = await createTransport(router, slot.server);
        peer.adopt(direction, transport);
        if (direction === 'send')
          await translated('', () => transport.setMaxIncomingBitrate(maxIncomingBitrate));
        return {
          id: transport.id,
          iceParameters: { ...transport.iceParameters },
          iceCandidates: transport.iceCandidates.map((candidate) => ({ ...candidate })),
          dtlsParameters: { ...transport.dtlsParameters },
        };
      }),

    'media.transport.connect': async (_room, peer, input) => {
      const transport = peer.transport(input.transportId);
      const parsed = dtlsParameters.safeParse(input.dtlsParameters);
      if (!parsed.success)
        throw badParameters('dtlsParameters', parsed.error.issues[0]?.message ?? '', parsed.error);
      const parameters = JSON.stringify(parsed.data);
      const before = transport.appData['connectedWith'];
      // A client that lost the answer asks again.
      if (before === parameters) return {};
      if (before !== undefined) throw badParameters('dtlsParameters', 'The transport is connected already.');
      transport.appData['connectedWith'] = parameters;
      await translated('dtlsParameters', () => transport.connect({ dtlsParameters: parsed.data }));
      return {};
    },

    'media.transport.restartIce': async (_room, peer, { transportId }) => {
      const transport = peer.transport(transportId);
      const iceParameters = await translated('transportId', () => transport.restartIce());
      return { iceParameters: { ...iceParameters } };
    },

    'media.produce': async (room, peer, input) => {
      const { source, kind } = input;
      if (kindOf(source) !== kind) throw badParameters('kind', `A ${source} is not ${kind}.`);
      const { encodings } = input.rtpParameters;
      if (Array.isArray(encodings) && encodings.length > maxEncodings) throw new AppError('media_limit');
      const { producer, told } = await peer.person.mutex.run(async () => {
        const transport = peer.transports.send;
        if (transport?.id !== input.transportId) throw new AppError('media_not_found');
        if (!(await authorize(peer.person.userId, room.id, source)))
          throw new AppError('publish_locked', { source });
        const live = await translated('', () => room.open());
        const made = await translated('rtpParameters', () =>
          transport.produce({
            kind,
            rtpParameters: input.rtpParameters as unknown as types.RtpParameters,
            paused: input.paused ?? false,
          }),
        );
        if (made.closed) throw new AppError('media_not_found');
        // The wait for the log is left out of the mutex: a lock must not wait for it.
        return { producer: made, told: room.show({ producer: made, peer, source, locked: false }, live) };
      });
      try {
        await told;
      } catch (error) {
        // A stream nobody hears of must not go on.
        producer.close();
        throw error;
      }
      return { producerId: producer.id };
    },

    'media.producer.pause': async (room, peer, { producerId }) => {
      await peer.person.mutex.run(async () => {
        const entry = peer.own(room.producers.get(producerId));
        await translated('producerId', () => room.producers.pause(entry));
      });
      await room.facts.push();
      return {};
    },

    'media.producer.resume': async (room, peer, { producerId }) => {
      await peer.person.mutex.run(async () => {
        const entry = peer.own(room.producers.get(producerId));
        const { source } = entry;
        if (!(await authorize(peer.person.userId, room.id, source)))
          throw new AppError('publish_locked', { source });
        await translated('producerId', () => room.producers.resume(entry));
      });
      await room.facts.push();
      return {};
    },

    'media.producer.close': async (room, peer, { producerId }) => {
      peer.own(room.producers.get(producerId)).producer.close();
      await room.facts.push();
      return {};
    },

    'media.consume': async (room, peer, input) => {
      const entry = room.producers.get(input.producerId);
      const transport = peer.transports.recv;
      if (!entry || !transport) throw new AppError('media_not_found');
      if (held(peer) >= maxConsumers) throw new AppError('media_limit');
      const tabs = [...peer.person.peers.values()];
      if (tabs.reduce((sum, tab) => sum + held(tab), 0) >= maxConsumersPerPerson)
        throw new AppError('media_limit');
      peer.arriving += 1;
      try {
        return await consume(room, peer, transport, entry, input);
      } finally {
        peer.arriving -= 1;
      }
    },

    'media.consumer.resume': async (_room, peer, { consumerId }) => {
      const consumer = peer.consumer(consumerId);
      await translated('consumerId', () => consumer.resume());
      return {};
    },

    'media.consumer.pause': async (_room, peer, { consumerId }) => {
      const consumer = peer.consumer(consumerId);
      await translated('consumerId', () => consumer.pause());
      return {};
    },

    'media.consumer.close': async (_room, peer, { consumerId }) => {
      peer.consumer(consumerId).close();
      return {};
    },

    'media.consumer.priority': async (_room, peer, { consumerId, priority }) => {
      const consumer = peer.consumer(consumerId);
      await translated('priority', () => consumer.setPriority(priority));
      return {};
    },

    'media.consumer.layers': async (_room, peer, { consumerId, spatialLayer, temporalLayer }) => {
      const consumer = peer.consumer(consumerId);
      await translated('spatialLayer', () => consumer.setPreferredLayers({ spatialLayer, temporalLayer }));
      return {};
    },
  };

  async function consume(
    room: Room,
    peer: Peer,
    transport: types.WebRtcTransport,
    { producer, source }: ProducerEntry,
    input: MediaInput<'media.consume'>,
  ): Promise<MediaReply<'media.consume'>> {
    await mayReceive(room, peer);
    const { router } = await translated('', () => room.open());
    const rtpCapabilities = input.rtpCapabilities as unknown as types.RtpCapabilities;
    if (!router.canConsume({ producerId: producer.id, rtpCapabilities }))
      throw new AppError(producer.closed ? 'media_not_found' : 'media_incompatible');
    const consumer = await translated('rtpCapabilities', () =>
      transport.consume({ producerId: producer.id, rtpCapabilities, paused: true }),
    );
    if (consumer.closed) throw new AppError('media_not_found');
    peer.receive(consumer);
    if (consumer.kind === 'video')
      await translated('priority', () => consumer.setPriority(input.priority ?? defaultPriority(source)));
    return {
      id: consumer.id,
      producerId: consumer.producerId,
      kind: consumer.kind,
      rtpParameters: { ...consumer.rtpParameters },
      producerPaused: consumer.producerPaused,
    };
  }

  async function createTransport(
    router: types.Router,
    webRtcServer: types.WebRtcServer,
  ): Promise<types.WebRtcTransport> {
    try {
      return await router.createWebRtcTransport({ ...transportOptions, webRtcServer });
    } catch (error) {
      // No input takes part in this: whatever fails is the server's trouble.
      log.warn({ err: error }, 'media transport could not be made');
      throw new AppError('media_unavailable', undefined, { cause: fromMediasoup(error, '') });
    }
  }
}
