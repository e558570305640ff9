import { describe, expect, test } from 'vitest';
import { AppError } from '../../server/kernel/errors.ts';
import { createFactQueue } from '../../server/media/fact-queue.ts';
import { createSpeakerList } from '../../server/media/speakers.ts';
import type { NewMediaFact } from '../../server/media/index.ts';
import { bench, codeOf, Tab, userId } from './support.ts';

describe('streams sent', () => {
  test('[MD20] the right to the source is asked for, and the kind must fit', async () => {
    const { media, refused, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    refused.add(`${userId(1)} camera`);
    const error = await ada.produce('camera').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'publish_locked', data: { source: 'camera' } });
    expect(await codeOf(ada.produce('microphone', { kind: 'video', rtpParameters: ada.vp8() }))).toBe(
      'invalid_input',
    );
    expect(await codeOf(ada.produce('screen', { kind: 'audio', rtpParameters: ada.opus() }))).toBe(
      'invalid_input',
    );
    expect(facts.all.map(({ type }) => type)).toEqual(['media.reset']);
    const producerId = await ada.produce('screen-audio', { paused: true });
    const view = {
      producerId,
      userId: ada.userId,
      kind: 'audio',
      source: 'screen-audio',
      paused: true,
      locked: false,
    };
    expect(media.snapshot('room').producers).toEqual([view]);
    expect(facts.all.at(-1)).toEqual({ type: 'media.producer.added', roomId: 'room', ...view });
  });

  test('[MD21] a stream is in the snapshot before its fact is written', async () => {
    const { media, hooks } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    let seen = -1;
    hooks.emit = async () => {
      seen = media.snapshot('room').producers.length;
    };
    await ada.produce('microphone');
    expect(seen).toBe(1);
  });

  test('[MD21] a stream the log refuses is closed again', async () => {
    const { media, hooks, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    hooks.emit = async (batch) => {
      if (batch.some(({ type }) => type === 'media.producer.added')) throw new AppError('session_not_live');
    };
    expect(await codeOf(ada.produce('microphone'))).toBe('session_not_live');
    expect(media.snapshot('room').producers).toEqual([]);
    expect(facts.all.some(({ type }) => type === 'media.producer.added')).toBe(false);
  });

  test('[MD22] one stream per source and person: the newer closes the older, in another tab too', async () => {
    const { media, facts } = await bench();
    const desk = await new Tab(media, userId(1), 'desk').setUp();
    const phone = await new Tab(media, userId(1), 'phone').setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const first = await desk.produce('microphone');
    const kept = await desk.produce('camera');
    const bens = await ben.produce('microphone');
    const second = await phone.produce('microphone');
    const types = facts.all.slice(-2).map((fact) => [fact.type, 'producerId' in fact ? fact.producerId : '']);
    expect(types).toEqual([
      ['media.producer.removed', first],
      ['media.producer.added', second],
    ]);
    const third = await phone.produce('microphone');
    expect(media.snapshot('room').producers.map(({ producerId }) => producerId)).toEqual([kept, bens, third]);
  });

  test('[MD23] pause, resume and close are told once', async () => {
    const { media, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const producerId = await ada.produce('microphone');
    const from = facts.all.length;
    await ada.call('media.producer.pause', { producerId });
    await ada.call('media.producer.pause', { producerId });
    expect(media.snapshot('room').producers[0]).toMatchObject({ paused: true, locked: false });
    await ada.call('media.producer.resume', { producerId });
    await ada.call('media.producer.resume', { producerId });
    await ada.call('media.producer.close', { producerId });
    expect(await codeOf(ada.call('media.producer.close', { producerId }))).toBe('media_not_found');
    const who = { roomId: 'room', producerId, userId: ada.userId };
    expect(facts.all.slice(from)).toEqual([
      { type: 'media.producer.paused', ...who, locked: false },
      { type: 'media.producer.resumed', ...who },
      { type: 'media.producer.removed', ...who },
    ]);
  });

  test('[MD24] facts are written in order, together while a write is under way, and again after a failure', async () => {
    const batches: number[][] = [];
    let failures = 2;
    let release: () => void = () => undefined;
    let gate: Promise<void> | null = new Promise((resolve) => (release = resolve));
    const queue = createFactQueue(async (facts) => {
      await gate;
      gate = null;
      if (batches.length === 1 && (failures -= 1) >= 0) throw new Error('the database is away');
      batches.push(facts.map((fact) => ('epoch' in fact ? fact.epoch : -1)));
    }, 1);
    const fact = (epoch: number): NewMediaFact => ({ type: 'media.reset', epoch });
    const first = queue.push(fact(1));
    await Promise.resolve();
    await Promise.resolve();
    const rest = [queue.push(fact(2)), queue.push(fact(3), fact(4)), queue.push()];
    release();
    await Promise.all([first, ...rest]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  test('[MD24] a refusal is final and does not hold up what follows', async () => {
    let writes = 0;
    const queue = createFactQueue(async () => {
      writes += 1;
      if (writes === 1) throw new AppError('session_not_live');
    }, 1);
    expect(await codeOf(queue.push({ type: 'media.reset', epoch: 1 }))).toBe('session_not_live');
    expect(await codeOf(queue.push({ type: 'media.reset', epoch: 2 }))).toBe('ok');
    expect(writes).toBe(2);
  });
});

test('[MD33] speakers are told when they change, loudest first, each person once', () => {
  const list = createSpeakerList();
  const quiet = { userId: 'b', volume: -50 };
  expect(list.next([])).toBeNull();
  expect(list.next([quiet, { userId: 'a', volume: -20 }, { userId: 'a', volume: -30 }])).toEqual([
    { userId: 'a', volume: -20 },
    quiet,
  ]);
  expect(
    list.next([
      { userId: 'a', volume: -25 },
      { userId: 'b', volume: -55 },
    ]),
  ).toBeNull();
  expect(list.next([quiet])).toEqual([quiet]);
  expect(list.next([])).toEqual([]);
  expect(list.next([])).toBeNull();
});
