import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadDeviceChoice, saveDeviceChoice } from '../../client/media/device-choice.ts';
import { nextState } from '../../client/media/engine-state.ts';
import { codeOf, deviceErrorKey, isFinal, isInterruption } from '../../client/media/failures.ts';
import type { MediaLink } from '../../client/media/media-link.ts';
import type { MediaEngineState, MediaRequest } from '../../client/media/media-types.ts';
import { OwnStream } from '../../client/media/own-stream.ts';
import { createPatientRequests } from '../../client/media/patient-requests.ts';
import { rateQuality, sampleOf } from '../../client/media/quality.ts';
import type { QualitySample } from '../../client/media/quality.ts';
import { RemoteStreams } from '../../client/media/remote-streams.ts';
import { layerFor } from '../../client/media/sending.ts';

const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** As much of a track as the engine touches. */
class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';
  stop(): void {
    this.readyState = 'ended';
  }
}

const fakeTrack = (): MediaStreamTrack & FakeTrack =>
  new FakeTrack() as unknown as MediaStreamTrack & FakeTrack;

describe('one own stream', () => {
  const asked: string[] = [];
  let refuse: Record<string, string> = {};
  let made = 0;
  const request = (async (event) => {
    asked.push(event);
    const code = refuse[event];
    if (code) throw refusal(code);
    return {};
  }) as MediaRequest;
  const link = {
    async produce() {
      asked.push('produce');
      if (refuse['produce']) throw refusal(refuse['produce']);
      made += 1;
      return {
        id: `producer ${made}`,
        closed: false,
        close: () => undefined,
        replaceTrack: async () => undefined,
      };
    },
  } as unknown as MediaLink;
  const own = (pausable = true): OwnStream =>
    new OwnStream({
      source: pausable ? 'microphone' : 'camera',
      request,
      pausable,
      onChange: () => undefined,
      onTrackEnded: () => undefined,
    });

  beforeEach(() => {
    asked.length = 0;
    refuse = {};
  });

  test('is on once the server agreed, and pending until then', async () => {
    const stream = own();
    const track = fakeTrack();
    stream.switchOn(track);
    expect(stream.state).toMatchObject({ on: false, pending: true });
    expect(track.enabled).toBe(false);
    await stream.settle(link);
    expect(stream.state).toMatchObject({ on: true, pending: false, track });
    expect(track.enabled).toBe(true);
  });

  test('switched off it is silent at once, and the server learns it when it can be reached', async () => {
    const stream = own();
    const track = fakeTrack();
    stream.switchOn(track);
    await stream.settle(link);
    stream.switchOff();
    expect(track.enabled).toBe(false);
    expect(asked).toEqual(['produce']);
    await stream.settle(link);
    expect(asked).toEqual(['produce', 'media.producer.pause']);
    stream.switchOn(track);
    expect(track.enabled).toBe(false);
    await stream.settle(link);
    expect(asked.at(-1)).toBe('media.producer.resume');
    expect(track.enabled).toBe(true);
  });

  test('a wish while the connection is away sends nothing before the server agrees', async () => {
    const stream = own();
    const track = fakeTrack();
    stream.switchOn(track);
    await stream.settle(link);
    stream.switchOff();
    await stream.settle(link);
    refuse = { 'media.producer.resume': 'disconnected' };
    stream.switchOn(track);
    await expect(stream.settle(link)).rejects.toThrow('disconnected');
    expect(stream.state).toMatchObject({ on: false, pending: true });
    expect(track.enabled).toBe(false);
  });

  test('a lock switches it off and stays until the server says otherwise', async () => {
    const stream = own();
    const track = fakeTrack();
    stream.switchOn(track);
    await stream.settle(link);
    stream.heardPaused(true);
    expect(stream.state).toMatchObject({ on: false, locked: true, pending: false });
    expect(track.enabled).toBe(false);
    refuse = { 'media.producer.resume': 'publish_locked' };
    stream.switchOn(track);
    await stream.settle(link);
    expect(stream.state).toMatchObject({ on: false, locked: true, error: 'locked' });
    stream.heardPaused(false);
    expect(stream.state).toMatchObject({ on: false, locked: false, error: null });
  });

  test('the same track is sent again over a new link', async () => {
    const stream = own(false);
    const track = fakeTrack();
    stream.switchOn(track);
    await stream.settle(link);
    stream.forget();
    expect(stream.state).toMatchObject({ on: true, pending: true, track });
    await stream.settle(link);
    expect(stream.state).toMatchObject({ on: true, pending: false, track });
    expect(track.readyState).toBe('live');
  });

  test('a camera that is switched off is released', async () => {
    const stream = own(false);
    const track = fakeTrack();
    stream.switchOn(track);
    await stream.settle(link);
    stream.switchOff();
    expect(track.readyState).toBe('ended');
    await stream.settle(link);
    expect(asked.at(-1)).toBe('media.producer.close');
    expect(stream.producer).toBeNull();
  });

  test('a stream the server lost is made again', async () => {
    const stream = own();
    const track = fakeTrack();
    stream.switchOn(track);
    await stream.settle(link);
    stream.switchOff();
    await stream.settle(link);
    refuse = { 'media.producer.resume': 'media_not_found' };
    stream.switchOn(track);
    await stream.settle(link);
    expect(asked.slice(-2)).toEqual(['media.producer.resume', 'produce']);
    expect(stream.state.on).toBe(true);
  });
});

describe('what others send', () => {
  const view = (n: number, part: object = {}) => ({
    producerId: `p${n}`,
    userId: `u${n}`,
    kind: 'video' as const,
    source: 'camera' as const,
    paused: false,
    locked: false,
    ...part,
  });

  function setUp() {
    const asked: [string, unknown][] = [];
    const request = (async (event, input) => {
      asked.push([event, input]);
      return {};
    }) as MediaRequest;
    const refuse = new Map<string, string>();
    const link = {
      async consume(producerId: string) {
        asked.push(['consume', producerId]);
        const code = refuse.get(producerId);
        if (code) throw refusal(code);
        return { id: `c-${producerId}`, closed: false, track: fakeTrack(), close: () => undefined };
      },
    } as unknown as MediaLink;
    const remote = new RemoteStreams({ selfUserId: 'me', request, onChange: () => undefined });
    return { asked, link, remote, refuse };
  }

  test('sound is received, a picture only while it is seen, in the layer of its size', async () => {
    const { asked, link, remote } = setUp();
    remote.replace(1, [view(1, { kind: 'audio', source: 'microphone' }), view(2), view(3, { userId: 'me' })]);
    await remote.settle(link);
    expect(asked).toEqual([
      ['consume', 'p1'],
      ['media.consumer.resume', { consumerId: 'c-p1' }],
    ]);
    remote.setView('p2', { visible: true, width: 300, height: 170 });
    await remote.settle(link);
    expect(asked.slice(2)).toEqual([
      ['consume', 'p2'],
      ['media.consumer.layers', { consumerId: 'c-p2', spatialLayer: 0 }],
      ['media.consumer.resume', { consumerId: 'c-p2' }],
    ]);
    remote.setView('p2', { visible: false, width: 0, height: 0 });
    await remote.settle(link);
    await remote.settle(link);
    expect(asked.slice(5)).toEqual([['media.consumer.pause', { consumerId: 'c-p2' }]]);
    expect(remote.list().map(({ producerId, track }) => [producerId, track !== null])).toEqual([
      ['p1', true],
      ['p2', false],
    ]);
  });

  test('a reset voids what is older and keeps what is newer', () => {
    const { remote } = setUp();
    remote.replace(5, [view(1)]);
    remote.reset(5);
    expect(remote.list()).toHaveLength(1);
    remote.reset(6);
    remote.add(view(2));
    expect(remote.list().map(({ producerId }) => producerId)).toEqual(['p2']);
  });

  test('what this device cannot decode is not asked for again; what is missing is forgotten on demand', async () => {
    const { asked, link, remote, refuse } = setUp();
    remote.replace(
      1,
      [1, 2].map((n) => view(n, { kind: 'audio', source: 'microphone' })),
    );
    refuse.set('p1', 'media_incompatible').set('p2', 'media_not_found');
    await expect(remote.settle(link)).rejects.toThrow('media_not_found');
    await expect(remote.settle(link)).rejects.toThrow('media_not_found');
    expect(asked.map(([, what]) => what)).toEqual(['p1', 'p2', 'p2']);
    remote.dropMissing();
    expect(remote.list().map(({ producerId }) => producerId)).toEqual(['p1']);
  });
});

describe('small pieces', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  test('a tile asks for the layer it needs', () => {
    expect([90, 180, 230, 250, 360, 470, 490, 1080].map((height) => layerFor(height, 1))).toEqual([
      0, 0, 0, 1, 1, 1, 2, 2,
    ]);
    expect(layerFor(180, 2)).toBe(1);
    expect(layerFor(100, 4)).toBe(layerFor(100, 2));
  });

  test('quality goes by the worst of jitter, loss and delay', () => {
    const calm: QualitySample = {
      packetsReceived: 0,
      packetsLost: 0,
      jitter: 0,
      roundTripTime: 0.05,
      fractionLost: 0,
    };
    const after = (part: Partial<QualitySample>) =>
      rateQuality(calm, { ...calm, packetsReceived: 100, ...part });
    expect(after({})).toBe('good');
    expect(rateQuality(calm, calm)).toBe('good');
    expect([0.011, 0.021, 0.5].map((jitter) => after({ jitter }))).toEqual(['fair', 'poor', 'poor']);
    expect([6, 12, 30].map((packetsLost) => after({ packetsLost }))).toEqual(['fair', 'poor', 'lost']);
    expect([0.5, 1, 2].map((roundTripTime) => after({ roundTripTime }))).toEqual(['fair', 'poor', 'lost']);
    expect(after({ fractionLost: 0.25 })).toBe('lost');
  });

  test('the probation stream is not counted', () => {
    const report = new Map<string, object>([
      [
        'a',
        { type: 'inbound-rtp', kind: 'audio', ssrc: 1, packetsReceived: 10, packetsLost: 1, jitter: 0.02 },
      ],
      ['b', { type: 'inbound-rtp', kind: 'video', ssrc: 1234, packetsReceived: 99, packetsLost: 99 }],
      ['c', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.2 }],
      ['d', { type: 'candidate-pair', nominated: true, state: 'failed', currentRoundTripTime: 9 }],
    ]);
    expect(sampleOf([report as unknown as RTCStatsReport])).toEqual({
      packetsReceived: 10,
      packetsLost: 1,
      jitter: 0.02,
      roundTripTime: 0.2,
      fractionLost: 0,
    });
  });

  test('the state keeps its parts where they are equal', () => {
    const off = { on: false, locked: false, pending: false, error: null, track: null };
    const stream = {
      producerId: 'p',
      userId: 'u',
      source: 'camera' as const,
      kind: 'video' as const,
      paused: false,
      withheld: false,
      track: null,
    };
    const make = (part: Partial<MediaEngineState> = {}): MediaEngineState => ({
      status: 'connected',
      own: { microphone: { ...off }, camera: { ...off }, screen: { ...off } },
      streams: [{ ...stream }],
      speakers: ['u'],
      quality: 'good',
      saving: 'none',
      silent: false,
      talkingMuted: false,
      ...part,
    });
    const before = make();
    expect(nextState(before, make())).toBe(before);
    const paused = nextState(before, make({ streams: [{ ...stream, paused: true }] }));
    expect(paused).not.toBe(before);
    expect(paused.own).toBe(before.own);
    expect(paused.speakers).toBe(before.speakers);
  });

  test('a request ends by its answer, by patience, or because the socket went away', async () => {
    vi.useFakeTimers();
    const requests = createPatientRequests(() => new Promise(() => undefined));
    const first = requests.request('media.capabilities', {}).catch((error: unknown) => error);
    requests.interrupt();
    expect(isInterruption(await first)).toBe(true);
    const second = requests.request('media.capabilities', {}).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    const error = await second;
    expect([isInterruption(error), codeOf(error)]).toEqual([false, null]);
    const answered = createPatientRequests((async () => ({ epoch: 1 })) as unknown as MediaRequest);
    expect(await answered.request('media.capabilities', {})).toEqual({ epoch: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('errors are told apart', () => {
    const named = (name: string) => Object.assign(new Error(name), { name });
    expect(
      ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'InsecureContextError', 'X'].map((name) =>
        deviceErrorKey(named(name)),
      ),
    ).toEqual(['permission', 'notFound', 'inUse', 'insecure', 'failed']);
    expect([
      codeOf(refusal('timeout')),
      codeOf(refusal('publish_locked')),
      isFinal(refusal('publish_locked')),
    ]).toEqual([null, 'publish_locked', true]);
    expect(isFinal(refusal('media_unavailable'))).toBe(false);
  });

  test('devices are remembered, whether they were on is not', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    expect(loadDeviceChoice()).toEqual({ microphoneOn: false, cameraOn: false });
    saveDeviceChoice({ microphoneId: 'm', speakerId: 's', microphoneOn: true, cameraOn: true });
    expect(loadDeviceChoice()).toEqual({
      microphoneId: 'm',
      speakerId: 's',
      microphoneOn: false,
      cameraOn: false,
    });
    for (const broken of ['{', '[]', 'null', '{"microphoneId":5}']) {
      kept.set('lectern.devices', broken);
      expect(loadDeviceChoice()).toEqual({ microphoneOn: false, cameraOn: false });
    }
  });
});
