import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import { describe, expect, test } from 'vitest';
import { iceServers } from '../../server/media/ice-servers.ts';
import { maxConsumers } from '../../server/media/signalling.ts';
import { bench, codeOf, dtls, Tab, userId } from './support.ts';

describe('rooms', () => {
  test('[MD7] a router is made when it is first asked for, and speaks Opus, VP8 and H264', async () => {
    const { media, facts } = await bench();
    const ada = new Tab(media, userId(1));
    expect(media.snapshot('room')).toEqual({
      state: 'ready',
      reason: null,
      percent: null,
      epoch: 0,
      producers: [],
    });
    expect(media.snapshot('never entered').epoch).toBe(0);
    expect(facts.all).toEqual([]);
    const { routerRtpCapabilities } = await ada.call('media.capabilities', {});
    const codecs = routerRtpCapabilities['codecs'] as {
      mimeType: string;
      parameters: Record<string, unknown>;
    }[];
    const named = codecs.filter(({ mimeType }) => !mimeType.endsWith('/rtx'));
    expect(named.map(({ mimeType }) => mimeType)).toEqual(['audio/opus', 'video/VP8', 'video/H264']);
    expect(named[2]?.parameters).toMatchObject({ 'profile-level-id': '42e01f', 'packetization-mode': 1 });
  });

  test('[MD8] an epoch is the time of the router, greater than all before, told before its streams', async () => {
    const { media, facts, clock } = await bench();
    const first = await new Tab(media, userId(1)).setUp();
    await first.produce('microphone');
    const { epoch } = media.snapshot('room');
    expect(epoch).toBe(clock.ms);
    expect(facts.all.map(({ type }) => type)).toEqual(['media.reset', 'media.producer.added']);
    clock.ms -= 60_000;
    await new Tab(media, userId(1), 'tab', 'other').call('media.capabilities', {});
    expect(media.snapshot('other').epoch).toBeGreaterThan(epoch);
    expect((await first.call('media.capabilities', {})).epoch).toBe(epoch);
    expect(facts.all.filter(({ type, roomId }) => type === 'media.reset' && roomId === 'room')).toHaveLength(
      1,
    );
  });

  test('[MD8] everybody who comes at the same time gets the same router', async () => {
    const { media } = await bench();
    const tabs = Array.from({ length: 30 }, (_, n) => new Tab(media, userId(n)));
    const replies = await Promise.all(tabs.map((tab) => tab.call('media.capabilities', {})));
    expect(new Set(replies.map(({ epoch }) => epoch)).size).toBe(1);
  });

  test('[MD12] only who may receive gets capabilities and streams', async () => {
    const { media, refused } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const producerId = await ada.produce('microphone');
    refused.add(`${userId(2)} receive`);
    expect(await codeOf(ben.call('media.capabilities', {}))).toBe('not_joined');
    expect(await codeOf(ben.consume(producerId))).toBe('not_joined');
    refused.clear();
    expect(await codeOf(ben.consume(producerId))).toBe('ok');
  });

  test('[MD15] TURN credentials name the person and expire', async () => {
    const config = {
      TURN_URLS: ['turn:turn.example.org:3478', 'stun:stun.example.org'],
      TURN_SECRET: 'a shared secret',
    };
    const { media } = await bench({ config });
    const { iceServers: given } = await new Tab(media, userId(1)).call('media.capabilities', {});
    const expiry = Date.parse('2026-11-21T20:00:00Z') / 1000;
    const username = `${expiry}:${userId(1)}`;
    const credential = createHmac('sha1', config.TURN_SECRET).update(username).digest('base64');
    expect(given).toEqual([
      { urls: ['stun:stun.example.org'] },
      { urls: ['turn:turn.example.org:3478'], username, credential },
    ]);
    expect(iceServers({ TURN_URLS: [] }, userId(1), new Date())).toEqual([]);
  });
});

describe('transports', () => {
  test('[MD16] one in each direction over UDP and TCP; a second replaces the first and its streams', async () => {
    const { media, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    expect(media.metrics().transports).toBe(2);
    const producerId = await ada.produce('microphone');
    const old = ada.sendId;
    const reply = await ada.call('media.transport.create', { direction: 'send' });
    const protocols = reply.iceCandidates.map((candidate) => String(candidate['protocol']));
    expect(new Set(protocols)).toEqual(new Set(['tcp', 'udp']));
    const priority = new Map(
      reply.iceCandidates.map((candidate) => [candidate['protocol'], Number(candidate['priority'])]),
    );
    expect(priority.get('udp')).toBeGreaterThan(priority.get('tcp') ?? 0);
    expect(reply.iceParameters).toMatchObject({ iceLite: true });
    await facts.until((fact) => fact.type === 'media.producer.removed' && fact.producerId === producerId);
    expect(media.metrics()).toMatchObject({ transports: 2, producers: 0 });
    expect(await codeOf(ada.call('media.transport.restartIce', { transportId: old }))).toBe(
      'media_not_found',
    );
  });

  test('[MD16] many made at once leave one', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const made = await Promise.all(
      Array.from({ length: 10 }, () => ada.call('media.transport.create', { direction: 'send' })),
    );
    expect(media.metrics().transports).toBe(2);
    const last = made.at(-1)?.id ?? '';
    expect(await codeOf(ada.call('media.transport.restartIce', { transportId: last }))).toBe('ok');
  });

  test('[MD17] connect may be repeated, not changed; an ICE restart gives new credentials', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const connect = (dtlsParameters: Record<string, unknown>) =>
      codeOf(ada.call('media.transport.connect', { transportId: ada.sendId, dtlsParameters }));
    expect(await connect(dtls('a'))).toBe('ok');
    expect(await connect(dtls('a'))).toBe('ok');
    expect(await connect(dtls('b'))).toBe('invalid_input');
    const first = await ada.call('media.transport.restartIce', { transportId: ada.sendId });
    const second = await ada.call('media.transport.restartIce', { transportId: ada.sendId });
    expect(first.iceParameters['usernameFragment']).not.toBe(second.iceParameters['usernameFragment']);
  });

  test('[MD18] what is unknown, of another tab or of another person is not found', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const other = await new Tab(media, userId(1), 'other tab').setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const producerId = await ada.produce('microphone');
    const consumer = await ada.consume(producerId);
    for (const tab of [other, ben]) {
      const codes = await Promise.all([
        codeOf(tab.call('media.transport.connect', { transportId: ada.sendId, dtlsParameters: dtls() })),
        codeOf(tab.call('media.transport.restartIce', { transportId: ada.recvId })),
        codeOf(tab.produce('camera', { transportId: ada.sendId })),
        codeOf(tab.call('media.producer.pause', { producerId })),
        codeOf(tab.call('media.producer.resume', { producerId })),
        codeOf(tab.call('media.producer.close', { producerId })),
        codeOf(tab.consume('unknown')),
        codeOf(tab.call('media.consumer.pause', { consumerId: consumer.id })),
        codeOf(tab.call('media.consumer.resume', { consumerId: consumer.id })),
        codeOf(tab.call('media.consumer.layers', { consumerId: consumer.id, spatialLayer: 0 })),
        codeOf(tab.call('media.consumer.close', { consumerId: consumer.id })),
      ]);
      expect(new Set(codes)).toEqual(new Set(['media_not_found']));
    }
    // A receiving transport sends nothing.
    expect(await codeOf(ada.produce('camera', { transportId: ada.recvId }))).toBe('media_not_found');
    expect(media.snapshot('room').producers).toHaveLength(1);
  });

  test('[MD19] rubbish for parameters is invalid input and harms nothing', async () => {
    const { media } = await bench();
    const [pid] = media.workerPids();
    const ada = await new Tab(media, userId(1)).setUp();
    const producerId = await ada.produce('microphone');
    const rubbish = fc.dictionary(
      fc.constantFrom('codecs', 'encodings', 'headerExtensions', 'rtcp', 'mid', 'role', 'fingerprints', 'x'),
      fc.jsonValue(),
    );
    const damaged = fc
      .tuple(fc.constantFrom('codecs', 'encodings', 'headerExtensions', 'rtcp', 'mid'), fc.jsonValue())
      .map(([key, value]) => ({ ...ada.opus(), [key]: value }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(rubbish, damaged), async (parameters) => {
        const codes = await Promise.all([
          codeOf(
            ada.call('media.transport.connect', { transportId: ada.recvId, dtlsParameters: parameters }),
          ),
          codeOf(
            ada.call('media.produce', {
              transportId: ada.sendId,
              kind: 'audio',
              source: 'microphone',
              rtpParameters: parameters,
            }),
          ),
          codeOf(ada.call('media.consume', { producerId, rtpCapabilities: parameters })),
        ]);
        for (const code of codes)
          expect(['ok', 'invalid_input', 'media_incompatible', 'media_not_found', 'media_limit']).toContain(
            code,
          );
      }),
      { numRuns: 150, seed: 20_261_121 },
    );
    const ben = await new Tab(media, userId(2)).setUp();
    expect(await codeOf(ben.consume(await ada.produce('microphone')))).toBe('ok');
    expect(
      await codeOf(ada.call('media.transport.connect', { transportId: ada.sendId, dtlsParameters: dtls() })),
    ).toBe('ok');
    expect(media.workerPids()).toEqual([pid]);
  });

  test('[MD19] an SSRC in use is invalid input too', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const rtpParameters = ada.opus();
    await ada.produce('microphone', { rtpParameters });
    expect(
      await codeOf(ada.produce('screen-audio', { rtpParameters: { ...rtpParameters, mid: '99' } })),
    ).toBe('invalid_input');
  });
});

describe('streams received', () => {
  test('[MD30] a consumer starts paused; a second of the same stream replaces the first', async () => {
    const { media, signalled } = await withSignals();
    const { ada, ben } = signalled;
    const producerId = await ada.produce('camera');
    const first = await ben.consume(producerId);
    expect(first).toMatchObject({ producerId, kind: 'video', producerPaused: false });
    const second = await ben.consume(producerId);
    expect(media.metrics().consumers).toBe(1);
    expect(await codeOf(ben.call('media.consumer.resume', { consumerId: first.id }))).toBe('media_not_found');
    for (const event of ['media.consumer.resume', 'media.consumer.pause', 'media.consumer.close'] as const) {
      expect(await codeOf(ben.call(event, { consumerId: second.id }))).toBe('ok');
    }
    expect(media.metrics().consumers).toBe(0);
  });

  test('[MD30] a tab without a receiving transport has nowhere to receive', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const ben = new Tab(media, userId(2));
    ben.capabilities = ada.capabilities;
    expect(await codeOf(ben.consume(await ada.produce('microphone')))).toBe('media_not_found');
  });

  test('[MD30] at most 500 consumers', { timeout: 60_000 }, async () => {
    const { media } = await bench();
    const receiver = await new Tab(media, userId(9999)).setUp();
    const senders = await Promise.all(
      Array.from({ length: maxConsumers + 1 }, (_, n) => new Tab(media, userId(n)).setUp()),
    );
    const ids = await Promise.all(senders.map((sender) => sender.produce('microphone')));
    // All at the same moment: those on their way count too.
    const codes = await Promise.all(ids.map((producerId) => codeOf(receiver.consume(producerId))));
    expect(codes.filter((code) => code === 'media_limit')).toHaveLength(1);
    expect(media.metrics().consumers).toBe(maxConsumers);
  });

  test('[MD39] a stream has at most four encodings', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    expect(await codeOf(ada.produce('camera', { rtpParameters: ada.vp8(5) }))).toBe('media_limit');
    expect(await codeOf(ada.produce('camera', { rtpParameters: ada.vp8(3) }))).toBe('ok');
  });

  test('[MD40] screens are served before cameras, and a tab may say which camera matters more', async () => {
    const made: types.Consumer[] = [];
    const watch = (worker: types.Worker): void =>
      void worker.observer.on('newrouter', (router) =>
        router.observer.on('newtransport', (transport) =>
          transport.observer.on('newconsumer', (consumer) => made.push(consumer)),
        ),
      );
    observer.on('newworker', watch);
    const { media } = await bench();
    observer.off('newworker', watch);
    const ada = await new Tab(media, userId(1)).setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const camera = await ada.produce('camera');
    const received = await ben.consume(camera);
    await ben.consume(await ada.produce('screen', { rtpParameters: ada.vp8(1) }));
    const rtpCapabilities = ben.capabilities;
    expect(made.map(({ priority }) => priority)).toEqual([50, 200]);
    const { id: consumerId } = received;
    await ben.call('media.consumer.priority', { consumerId, priority: 150 });
    expect(made[0]?.priority).toBe(150);
    await ben.call('media.consume', { producerId: camera, rtpCapabilities, priority: 120 });
    expect(made[2]?.priority).toBe(120);
    expect(await codeOf(ben.call('media.consumer.priority', { consumerId, priority: 1 }))).toBe(
      'media_not_found',
    );
    expect(
      await codeOf(ada.call('media.consumer.priority', { consumerId: made[2]?.id ?? '', priority: 1 })),
    ).toBe('media_not_found');
  });

  test('[MD31] a device that cannot decode it is told so', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const producerId = await ada.produce('camera');
    const codecs = (ben.capabilities['codecs'] as { mimeType: string }[]).filter(
      ({ mimeType }) => mimeType === 'audio/opus',
    );
    const rtpCapabilities = { ...ben.capabilities, codecs };
    expect(await codeOf(ben.call('media.consume', { producerId, rtpCapabilities }))).toBe(
      'media_incompatible',
    );
  });

  test('[MD32] the end of a stream is signalled, and layers can be chosen', async () => {
    const { signalled } = await withSignals();
    const { ada, ben } = signalled;
    const producerId = await ada.produce('camera');
    const consumer = await ben.consume(producerId);
    const layers = { consumerId: consumer.id, spatialLayer: 1, temporalLayer: 0 };
    expect(await codeOf(ben.call('media.consumer.layers', layers))).toBe('ok');
    expect((consumer.rtpParameters['encodings'] as unknown[]).length).toBe(1);
    await ada.call('media.producer.close', { producerId });
    const signal = await ben.signals.until(({ type }) => type === 'media.consumer.closed');
    expect(signal.payload).toEqual({ consumerId: consumer.id });
  });

  test('[MD34] metrics count what there is', async () => {
    const { media, signalled } = await withSignals();
    await signalled.ben.consume(await signalled.ada.produce('camera'));
    expect(media.metrics()).toEqual({ workers: 1, rooms: 1, transports: 4, producers: 1, consumers: 1 });
    await media.closeRoom('room');
    expect(media.metrics()).toEqual({ workers: 1, rooms: 0, transports: 0, producers: 0, consumers: 0 });
  });
});

async function withSignals() {
  const made = await bench();
  const ada = await new Tab(made.media, userId(1)).setUp();
  const ben = await new Tab(made.media, userId(2)).setUp();
  return { ...made, signalled: { ada, ben } };
}
