import { describe, expect, test } from 'vitest';
import type { MediaLink } from '../../client/media/media-link.ts';
import type { MediaQuality, MediaRequest } from '../../client/media/media-types.ts';
import { createTalkDetector } from '../../client/media/muted-ear.ts';
import { OwnStream } from '../../client/media/own-stream.ts';
import { rateQuality, rateStrain } from '../../client/media/quality.ts';
import type { QualitySample } from '../../client/media/quality.ts';
import { RemoteStreams } from '../../client/media/remote-streams.ts';
import { createSaving } from '../../client/media/saving.ts';
import { producerOptions } from '../../client/media/sending.ts';
import type { MediaSource, ProducerView } from '../../shared/media/contract.ts';

describe('a poor connection', () => {
  /** A rating every three seconds; answers the steps as they were taken. */
  function follow(...ratings: [MediaQuality, number][]): string[] {
    const saving = createSaving();
    const steps: string[] = [];
    let now = 0;
    for (const [quality, times] of ratings)
      for (let n = 0; n < times; n += 1) {
        now += 3000;
        const step = saving.next(quality, now);
        if (step !== (steps.at(-1)?.split(' ')[1] ?? 'none')) steps.push(`${now / 1000} ${step}`);
      }
    return steps;
  }

  test('[MD44] pictures are given up step by step, and one bad moment is no reason', () => {
    expect(follow(['good', 3], ['poor', 1], ['fair', 2], ['lost', 1], ['good', 1])).toEqual([]);
    expect(follow(['poor', 10])).toEqual(['6 others', '12 cameras']);
  });

  test('[MD44] they come back one step after another, later each time that was too early', () => {
    expect(follow(['poor', 4], ['good', 12])).toEqual(['6 others', '12 cameras', '30 others', '45 none']);
    expect(follow(['poor', 2], ['good', 6], ['poor', 2], ['good', 12])).toEqual([
      '6 others',
      '24 none',
      '30 others',
      '63 none',
    ]);
  });

  test('[MD44] loss and delay are a reason, jitter is not', () => {
    const sample: QualitySample = {
      packetsReceived: 0,
      packetsLost: 0,
      jitter: 0,
      roundTripTime: 0.1,
      fractionLost: 0,
    };
    const strain = (now: Partial<QualitySample>) =>
      rateStrain(sample, { ...sample, packetsReceived: 100, ...now });
    expect(strain({ jitter: 0.2 })).toBe('good');
    expect(rateQuality(sample, { ...sample, jitter: 0.2 })).toBe('poor');
    expect([
      strain({ packetsLost: 15 }),
      strain({ fractionLost: 0.12 }),
      strain({ roundTripTime: 1.2 }),
    ]).toEqual(['poor', 'poor', 'poor']);
  });

  const view = (producerId: string, userId: string, source: MediaSource): ProducerView => ({
    producerId,
    userId,
    kind: source === 'camera' || source === 'screen' ? 'video' : 'audio',
    source,
    paused: false,
    locked: false,
  });

  async function received(): Promise<{ remote: RemoteStreams; link: MediaLink; asked: string[] }> {
    const asked: string[] = [];
    const request = (async (event: string, input: { consumerId: string; priority?: number }) => {
      asked.push([event.split('.').at(-1), input.consumerId, input.priority].filter(Boolean).join(' '));
      return {};
    }) as unknown as MediaRequest;
    const link = {
      async consume(producerId: string, priority: number) {
        asked.push(`consume ${producerId} ${priority}`);
        return { id: producerId, closed: false, track: {}, close: () => undefined };
      },
    } as unknown as MediaLink;
    const remote = new RemoteStreams({ selfUserId: 'me', request, onChange: () => undefined });
    remote.setLeading(['teacher']);
    remote.replace(1, [
      view('face', 'teacher', 'camera'),
      view('slides', 'teacher', 'screen'),
      view('voice', 'teacher', 'microphone'),
      view('pupil', 'ben', 'camera'),
    ]);
    for (const id of ['face', 'slides', 'pupil'])
      remote.setView(id, { visible: true, width: 300, height: 100 });
    await remote.settle(link);
    return { remote, link, asked };
  }

  test('[MD44] the cameras of others go first, then the teacher’s; sound and screens stay', async () => {
    const { remote, link, asked } = await received();
    const withheld = (): string[] => remote.list().flatMap((one) => (one.withheld ? [one.producerId] : []));
    asked.length = 0;
    remote.setSaving('others');
    await remote.settle(link);
    expect([asked.splice(0), withheld()]).toEqual([['pause pupil'], ['pupil']]);
    remote.setSaving('cameras');
    await remote.settle(link);
    expect([asked.splice(0), withheld()]).toEqual([['pause face'], ['face', 'pupil']]);
    expect(remote.list().find((one) => one.producerId === 'face')?.track).toBeNull();
    remote.setSaving('none');
    await remote.settle(link);
    expect([asked.splice(0).toSorted(), withheld()]).toEqual([['resume face', 'resume pupil'], []]);
  });

  test('[MD44] the server is told the same order: screen, teacher, others', async () => {
    const { remote, link, asked } = await received();
    const order = asked.filter((one) => one.startsWith('consume') && !one.includes('voice'));
    expect(order).toEqual(['consume face 150', 'consume slides 200', 'consume pupil 50']);
    asked.length = 0;
    remote.setLeading(['teacher', 'ben']);
    await remote.settle(link);
    expect(asked).toEqual(['priority pupil 150']);
  });

  test('[MD44] a picture the server cannot get through is said to be missing, a paused one is not', async () => {
    const { remote } = await received();
    const stream = (id: string) => remote.list().find((one) => one.producerId === id);
    remote.layersChanged('face', false);
    expect(stream('face')).toMatchObject({ withheld: true, track: null });
    remote.layersChanged('face', true);
    expect(stream('face')?.withheld).toBe(false);
    remote.setPaused('pupil', true, false);
    remote.layersChanged('pupil', false);
    expect(stream('pupil')?.withheld).toBe(false);
  });

  test('[MD44] the own voice goes before the own picture, which is sent small meanwhile', async () => {
    const layers: number[] = [];
    const link = {
      produce: async () => ({
        id: 'camera',
        closed: false,
        close: () => undefined,
        setMaxSpatialLayer: async (layer: number) => void layers.push(layer),
      }),
    } as unknown as MediaLink;
    const track = Object.assign(new EventTarget(), { enabled: false, stop: () => undefined });
    const camera = new OwnStream({
      source: 'camera',
      request: (async () => ({})) as unknown as MediaRequest,
      pausable: false,
      onChange: () => undefined,
      onTrackEnded: () => undefined,
    });
    camera.switchOn(track as unknown as MediaStreamTrack);
    await camera.settle(link);
    for (const economy of [true, true, false]) {
      camera.economy = economy;
      await camera.settle(link);
    }
    expect(layers).toEqual([0, 2]);
    const [voice] = producerOptions('microphone', track as unknown as MediaStreamTrack, {}).encodings ?? [];
    expect(voice).toMatchObject({ priority: 'high', networkPriority: 'high' });
  });
});

describe('talking while muted', () => {
  /** A look every 100 ms; answers the seconds in which the hint is there. */
  function shown(...levels: [number, number][]): number[] {
    const detector = createTalkDetector();
    const seconds = new Set<number>();
    let now = 0;
    for (const [level, looks] of levels)
      for (let n = 0; n < looks; n += 1) {
        now += 100;
        if (detector.next(level, now)) seconds.add(Math.floor(now / 1000));
      }
    return [...seconds];
  }

  test('[MD45] speech is noticed, a cough and the noise of a room are not', () => {
    expect(shown([0.2, 50], [0.9, 3], [0.2, 50])).toEqual([]);
    expect(shown([0.2, 20], [0.7, 10], [0.2, 100])).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test('[MD45] who goes on talking is told once a minute', () => {
    const times = shown([0.7, 700]);
    expect(times.filter((second) => second > 6 && second < 60)).toEqual([]);
    expect(times).toContain(61);
  });
});
