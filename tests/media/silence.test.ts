import { describe, expect, test } from 'vitest';
import { SoundWatch } from '../../server/media/sound-watch.ts';
import { bench, Tab, userId } from './support.ts';

describe('microphones that give no sound', () => {
  const watch = (): SoundWatch => new SoundWatch({ first: 8, later: 90 });

  test('[MD41] one that gives none after it was opened is told so once, and that it came right', () => {
    const sounds = watch();
    sounds.open('a', 100);
    sounds.open('b', 104);
    expect(sounds.check(107)).toEqual([]);
    expect(sounds.check(108)).toEqual([{ id: 'a', silent: true }]);
    expect(sounds.check(109)).toEqual([]);
    expect(sounds.heard(['a', 'b', 'nobody'], 110)).toEqual([{ id: 'a', silent: false }]);
    expect(sounds.check(118)).toEqual([]);
  });

  test('[MD41] who was heard may listen in silence for long, unless no packet comes any more', () => {
    const sounds = watch();
    sounds.open('listener', 0);
    sounds.open('unplugged', 0);
    sounds.heard(['listener', 'unplugged'], 5);
    expect(sounds.check(80)).toEqual([]);
    expect(sounds.dried('unplugged')).toEqual([{ id: 'unplugged', silent: true }]);
    expect(sounds.dried('unplugged')).toEqual([]);
    expect(sounds.check(95)).toEqual([{ id: 'listener', silent: true }]);
  });

  test('[MD41] muting takes it back, and opening begins anew', () => {
    const sounds = watch();
    sounds.open('a', 0);
    sounds.check(8);
    expect(sounds.close('a')).toBe(true);
    expect(sounds.check(100)).toEqual([]);
    sounds.open('a', 100);
    expect(sounds.check(107)).toEqual([]);
    expect(sounds.close('a')).toBe(false);
    expect(sounds.size).toBe(0);
  });

  test('[MD41] the tab that sends it is told, no other, and again after its socket was lost', async () => {
    const { media } = await bench({ timings: { silence: { first: 1, later: 1 } } });
    const desk = await new Tab(media, userId(1), 'desk').setUp();
    const phone = await new Tab(media, userId(1), 'phone').setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    await ben.produce('camera');
    await ben.produce('microphone', { paused: true });
    const producerId = await desk.produce('microphone');
    const told = await desk.signals.until(({ type }) => type === 'media.silent');
    expect(told.payload).toEqual({ producerId, silent: true });
    await desk.call('media.producer.pause', { producerId });
    const back = await desk.signals.until(({ type }) => type === 'media.silent', 1);
    expect(back.payload).toEqual({ producerId, silent: false });
    await desk.call('media.producer.resume', { producerId });
    await desk.signals.until(({ type }) => type === 'media.silent', 2);
    desk.peer.detach();
    const again = new Tab(media, userId(1), 'desk');
    await again.signals.until(({ type }) => type === 'media.silent');
    expect([phone, ben].flatMap(({ signals }) => signals.all)).toEqual([]);
  });
});
