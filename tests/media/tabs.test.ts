import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/kernel/limits.ts';
import { bench, codeOf, poll, Tab, userId } from './support.ts';

describe('people and tabs', () => {
  test('[MD13] the same tab takes over within the grace; the socket before has nothing to say any more', async () => {
    const { media, facts } = await bench();
    const before = await new Tab(media, userId(1)).setUp();
    const producerId = await before.produce('microphone');
    const facts0 = facts.all.length;
    before.peer.detach();
    expect(await codeOf(before.call('media.capabilities', {}))).toBe('not_joined');
    const after = new Tab(media, userId(1));
    expect(await codeOf(after.call('media.transport.restartIce', { transportId: before.sendId }))).toBe('ok');
    expect(await codeOf(after.call('media.producer.pause', { producerId }))).toBe('ok');
    expect(facts.all.slice(facts0).map(({ type }) => type)).toEqual(['media.producer.paused']);
  });

  test('[MD13] a return may overtake the news of the loss', async () => {
    const { media } = await bench();
    const before = await new Tab(media, userId(1)).setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const consumer = await before.consume(await ben.produce('microphone'));
    const after = new Tab(media, userId(1));
    before.peer.detach();
    await before.peer.close();
    expect(media.metrics()).toMatchObject({ transports: 4, consumers: 1 });
    expect(await codeOf(before.call('media.capabilities', {}))).toBe('not_joined');
    await ben.call('media.transport.create', { direction: 'send' });
    const signal = await after.signals.until(({ type }) => type === 'media.consumer.closed');
    expect(signal.payload).toEqual({ consumerId: consumer.id });
    expect(before.signals.all).toEqual([]);
  });

  test('[MD13] after the grace the tab is closed and its streams are gone', async () => {
    const { media, facts } = await bench({ timings: { grace: 20 } });
    const ada = await new Tab(media, userId(1)).setUp();
    await new Tab(media, userId(2)).setUp();
    const producerId = await ada.produce('microphone');
    ada.peer.detach();
    await facts.until((fact) => fact.type === 'media.producer.removed' && fact.producerId === producerId);
    expect(media.metrics()).toMatchObject({ transports: 2, producers: 0 });
    const back = new Tab(media, userId(1));
    expect(await codeOf(back.call('media.transport.restartIce', { transportId: ada.sendId }))).toBe(
      'media_not_found',
    );
    expect(await codeOf(back.setUp())).toBe('ok');
  });

  test('[MD13] leaving closes the tab at once, and only it', async () => {
    const { media } = await bench();
    const desk = await new Tab(media, userId(1), 'desk').setUp();
    await new Tab(media, userId(1), 'phone').setUp();
    await desk.produce('camera');
    await desk.peer.close();
    expect(media.metrics()).toMatchObject({ transports: 2, producers: 0 });
  });

  test('[MD38] tabs that come and go do not pile up: a new one takes the place of the one that is away longest', async () => {
    const { media, facts } = await bench();
    const ben = await new Tab(media, userId(2)).setUp();
    const first = await new Tab(media, userId(1), 'tab 0').setUp();
    const producerId = await first.produce('camera');
    first.peer.detach();
    for (let n = 1; n < 40; n += 1) (await new Tab(media, userId(1), `tab ${n}`).setUp()).peer.detach();
    expect(media.metrics().transports).toBe(2 + 2 * limits.connectionsPerPerson);
    await facts.until((fact) => fact.type === 'media.producer.removed' && fact.producerId === producerId);
    expect(await codeOf(ben.produce('microphone'))).toBe('ok');
  });

  test('[MD38] a tab beyond the limit may listen to nothing until another one ends', async () => {
    const { media } = await bench();
    const tabs = [];
    for (let n = 0; n < limits.connectionsPerPerson; n += 1)
      tabs.push(await new Tab(media, userId(1), `tab ${n}`).setUp());
    const one = new Tab(media, userId(1), 'one too many');
    expect(await codeOf(one.call('media.transport.create', { direction: 'recv' }))).toBe('media_limit');
    expect(await codeOf(new Tab(media, userId(2)).setUp())).toBe('ok');
    await tabs[3]?.peer.close();
    expect(await codeOf(one.setUp())).toBe('ok');
  });

  test('[MD14] revoke closes everything of that person in that room', async () => {
    const { media, facts } = await bench();
    const desk = await new Tab(media, userId(1), 'desk').setUp();
    const phone = await new Tab(media, userId(1), 'phone').setUp();
    const elsewhere = await new Tab(media, userId(1), 'desk', 'other').setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const ids = [await desk.produce('microphone'), await phone.produce('camera')];
    await ben.consume(ids[0] ?? '');
    await media.revoke(userId(1), 'room');
    expect(media.metrics()).toMatchObject({ transports: 4, producers: 0 });
    const removed = facts.all.filter(({ type }) => type === 'media.producer.removed');
    expect(removed.map((fact) => ('producerId' in fact ? fact.producerId : ''))).toEqual(ids);
    await ben.signals.until(({ type }) => type === 'media.consumer.closed');
    for (const tab of [desk, phone])
      expect(await codeOf(tab.call('media.capabilities', {}))).toBe('not_joined');
    expect(await codeOf(elsewhere.produce('microphone'))).toBe('ok');
  });

  test('[MD14] a revoke ends what is under way', async () => {
    const { media, hooks } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    let answer: (decision: boolean) => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      hooks.authorize = () => {
        resolve();
        return new Promise((go) => (answer = go));
      };
    });
    const producing = codeOf(ada.produce('microphone'));
    const making = codeOf(ada.call('media.transport.create', { direction: 'recv' }));
    await asked;
    await media.revoke(userId(1), 'room');
    answer(true);
    expect(['media_not_found', 'not_joined', 'invalid_input']).toContain(await producing);
    expect(await making).toBe('not_joined');
    expect(media.metrics()).toMatchObject({ transports: 0, producers: 0 });
  });

  test('[MD10] a room nobody is in closes; who comes meanwhile keeps it', async () => {
    const { media } = await bench({ timings: { idle: 30 } });
    const ada = await new Tab(media, userId(1)).setUp();
    const { epoch } = media.snapshot('room');
    await ada.peer.close();
    const back = new Tab(media, userId(1));
    expect((await back.call('media.capabilities', {})).epoch).toBe(epoch);
    await back.peer.close();
    await poll(() => media.metrics().rooms === 0);
    expect((await new Tab(media, userId(1)).call('media.capabilities', {})).epoch).toBeGreaterThan(epoch);
  });

  test('[MD10] closing a room ends everything in it without facts', async () => {
    const { media, facts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    await ada.produce('microphone');
    const from = facts.all.length;
    await media.closeRoom('room');
    expect(media.metrics()).toMatchObject({ rooms: 0, transports: 0, producers: 0 });
    expect(await codeOf(ada.call('media.capabilities', {}))).toBe('not_joined');
    expect(facts.all).toHaveLength(from);
    expect(await codeOf(new Tab(media, userId(1)).setUp())).toBe('ok');
  });
});
