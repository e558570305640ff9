import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { bench, codeOf, Tab, userId } from './support.ts';

describe('locks', () => {
  test('[MD25] what may not be sent any more is paused, locked and told before enforce returns', async () => {
    const { media, refused, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const microphone = await ada.produce('microphone');
    const camera = await ada.produce('camera');
    const bens = await ben.produce('microphone', { paused: true });
    const from = facts.all.length;
    refused.add('* microphone');
    await media.enforce('room');
    const byUser = facts.all
      .slice(from)
      .toSorted(
        (a, b) =>
          Number('userId' in a && a.userId === userId(2)) - Number('userId' in b && b.userId === userId(2)),
      );
    expect(byUser).toEqual([
      {
        type: 'media.producer.paused',
        roomId: 'room',
        producerId: microphone,
        userId: userId(1),
        locked: true,
      },
      { type: 'media.producer.paused', roomId: 'room', producerId: bens, userId: userId(2), locked: true },
    ]);
    expect(media.snapshot('room').producers).toMatchObject([
      { producerId: microphone, paused: true, locked: true },
      { producerId: camera, paused: false, locked: false },
      { producerId: bens, paused: true, locked: true },
    ]);
    const error = await ada
      .call('media.producer.resume', { producerId: microphone })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'publish_locked', data: { source: 'microphone' } });
    await media.enforce('room');
    expect(facts.all).toHaveLength(from + 2);
  });

  test('[MD25] one person can be locked alone, in every tab', async () => {
    const { media, refused } = await bench();
    const ada = await new Tab(media, userId(1), 'desk').setUp();
    const phone = await new Tab(media, userId(1), 'phone').setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    await ada.produce('microphone');
    await phone.produce('camera');
    await ben.produce('microphone');
    refused.add('* microphone').add('* camera');
    await media.enforce('room', userId(1));
    expect(media.snapshot('room').producers.map(({ locked }) => locked)).toEqual([true, true, false]);
  });

  test('[MD26] what is allowed again is unlocked and stays paused until its owner resumes it', async () => {
    const { media, refused, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const producerId = await ada.produce('microphone');
    refused.add('* microphone');
    await media.enforce('room');
    refused.clear();
    await media.enforce('room');
    expect(media.snapshot('room').producers).toMatchObject([{ paused: true, locked: false }]);
    expect(facts.all.at(-1)).toEqual({
      type: 'media.producer.paused',
      roomId: 'room',
      producerId,
      userId: userId(1),
      locked: false,
    });
    expect(await codeOf(ada.call('media.producer.resume', { producerId }))).toBe('ok');
    expect(media.snapshot('room').producers).toMatchObject([{ paused: false, locked: false }]);
  });

  test('[MD27] a locked screen and its sound are closed', async () => {
    const { media, refused, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const ids = [await ada.produce('screen'), await ada.produce('screen-audio')];
    refused.add('* screen').add('* screen-audio');
    await media.enforce('room');
    expect(media.snapshot('room').producers).toEqual([]);
    const removed = facts.all.filter(({ type }) => type === 'media.producer.removed');
    expect(removed.map((fact) => ('producerId' in fact ? fact.producerId : ''))).toEqual(ids);
  });

  test('[MD28] a resume that asked before the lock and acts after it does not get through', async () => {
    const { media, hooks } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const producerId = await ada.produce('microphone');
    await ada.call('media.producer.pause', { producerId });
    let locked = false;
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      hooks.authorize = async () => {
        const decision = !locked;
        resolve();
        await new Promise<void>((go) => (answer = go));
        return decision;
      };
    });
    const resuming = ada.call('media.producer.resume', { producerId });
    await asked;
    locked = true;
    const slow = answer;
    hooks.authorize = async () => !locked;
    const enforced = media.enforce('room');
    slow();
    await Promise.all([resuming, enforced]);
    expect(media.snapshot('room').producers).toMatchObject([{ paused: true, locked: true }]);
  });

  test('[MD28] a new stream that asked before the lock is locked by it', async () => {
    const { media, hooks } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    let answer: (decision: boolean) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      hooks.authorize = () => {
        resolve();
        return new Promise((go) => (answer = go));
      };
    });
    const producing = ada.produce('microphone');
    await asked;
    const slow = answer;
    hooks.authorize = async () => false;
    const enforced = media.enforce('room');
    slow(true);
    await Promise.all([producing, enforced]);
    expect(media.snapshot('room').producers).toMatchObject([{ paused: true, locked: true }]);
  });

  test.each([1, 2, 3, 4, 5])('[MD28] locks against resumes and new streams, seed %i', async (seed) => {
    const { media, hooks } = await bench();
    const random = generator(seed);
    const rights = { microphone: true, camera: true };
    hooks.authorize = async (_user, action) => {
      // A decision is read at one moment and known at a later one, as from a database.
      await sleep(random() * 3);
      const decision = rights[action as 'microphone' | 'camera'] ?? true;
      await sleep(random() * 3);
      return decision;
    };
    const tabs = await Promise.all([1, 2, 3].map((n) => new Tab(media, userId(n)).setUp()));
    for (let round = 0; round < 12; round += 1) {
      const attempts = tabs.flatMap((tab) => [
        codeOf(tab.produce(random() < 0.5 ? 'microphone' : 'camera')),
        ...media
          .snapshot('room')
          .producers.filter((producer) => producer.userId === tab.userId)
          .map(({ producerId }) =>
            codeOf(
              tab.call(random() < 0.7 ? 'media.producer.resume' : 'media.producer.pause', { producerId }),
            ),
          ),
      ]);
      await sleep(random() * 4);
      const source = random() < 0.5 ? 'microphone' : 'camera';
      rights[source] = random() < 0.3;
      await media.enforce('room');
      const forbidden = media
        .snapshot('room')
        .producers.filter((producer) => !rights[producer.source as 'camera']);
      expect(forbidden.filter(({ paused, locked }) => !paused || !locked)).toEqual([]);
      await Promise.all(attempts);
      const after = media
        .snapshot('room')
        .producers.filter((producer) => !rights[producer.source as 'camera']);
      expect(after.filter(({ paused, locked }) => !paused || !locked)).toEqual([]);
    }
  });

  test('[MD35] a right that cannot be read is none, and nobody is thrown out for it', async () => {
    const { media, hooks } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    await ada.produce('microphone');
    let reads = 0;
    hooks.authorize = async () => {
      reads += 1;
      if (reads < 3) throw new Error('the database is away');
      return true;
    };
    await media.enforce('room');
    expect(media.snapshot('room').producers).toMatchObject([{ paused: false, locked: false }]);
    hooks.authorize = () => Promise.reject(new Error('the database is away'));
    hooks.emit = () => Promise.reject(new Error('the database is away'));
    await media.enforce('room', userId(1));
    expect(media.snapshot('room').producers).toMatchObject([{ paused: true, locked: true }]);
    expect(media.metrics().transports).toBe(2);
    hooks.emit = undefined;
    hooks.authorize = async () => true;
    await media.enforce('room');
    expect(media.snapshot('room').producers).toMatchObject([{ paused: true, locked: false }]);
  });

  test('[MD29] enforce for one who may not receive any more revokes them', async () => {
    const { media, refused } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    await ada.produce('microphone');
    refused.add(`${userId(1)} receive`);
    await media.enforce('room', userId(1));
    expect(media.metrics()).toMatchObject({ transports: 0, producers: 0 });
    expect(await codeOf(ada.call('media.transport.create', { direction: 'recv' }))).toBe('not_joined');
  });
});

/** Mulberry32: small, seeded, good enough to vary timing. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
