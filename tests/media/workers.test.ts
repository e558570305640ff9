import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createMediaTeller } from '../../server/follow-media.ts';
import { createProgress } from '../../server/media/worker-binary.ts';
import type { MediaReason } from '../../shared/media/contract.ts';
import type { ListenConfig } from '../../server/media/listen.ts';
import { listenInfos } from '../../server/media/listen.ts';
import { bench, codeOf, poll, Tab, userId } from './support.ts';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

describe('the service', () => {
  test('[MD1] building until a worker runs: events are refused, the room is told when it is ready', async () => {
    let have: (path: string | PromiseLike<string>) => void = () => undefined;
    const program = new Promise<string>((resolve) => (have = resolve));
    const { media, broadcasts } = await bench({ start: false, binary: () => program });
    const { workerBin } = await import('mediasoup');
    await media.start();
    const ada = new Tab(media, userId(1));
    expect(media.status()).toEqual({ state: 'building', reason: null, percent: null });
    expect(media.snapshot('room')).toEqual({
      state: 'building',
      reason: null,
      percent: null,
      epoch: 0,
      producers: [],
    });
    expect(await codeOf(ada.call('media.capabilities', {}))).toBe('media_unavailable');
    expect(await codeOf(ada.call('media.producer.close', { producerId: 'any' }))).toBe('media_unavailable');
    have(workerBin);
    const told = await broadcasts.until(({ type }) => type === 'media.status');
    expect(told).toEqual({
      roomId: 'room',
      type: 'media.status',
      payload: { state: 'ready', reason: null, percent: null },
    });
    expect(await codeOf(ada.call('media.capabilities', {}))).toBe('ok');
  });

  test('[MD2] without a program the state is failed with the reason, and it is looked for again', async () => {
    const { workerBin } = await import('mediasoup');
    let asked = 0;
    const { media, broadcasts } = await bench({
      start: false,
      timings: { binaryRetry: 1 },
      binary: async () => {
        asked += 1;
        if (asked < 3) throw new Error('no compiler in /usr/bin');
        return workerBin;
      },
    });
    new Tab(media, userId(1));
    await media.start();
    await broadcasts.until(({ payload }) => JSON.stringify(payload).includes('no_program'));
    await broadcasts.until(({ payload }) => JSON.stringify(payload).includes('"ready"'));
    expect(asked).toBe(3);
  });

  test('[MD36] people and `/readyz` get a code; paths and messages are for whoever runs the server', async () => {
    const { media, broadcasts } = await bench({
      start: false,
      binary: async () => {
        throw new Error('c++ is missing, see /home/ada/.cache/lectern/log');
      },
    });
    new Tab(media, userId(1));
    await media.start();
    const told = await broadcasts.until(({ type }) => type === 'media.status');
    const status = { state: 'failed', reason: 'no_program', percent: null };
    expect(told.payload).toEqual(status);
    expect(media.status()).toEqual(status);
    expect(media.detail()).toBe('c++ is missing, see /home/ada/.cache/lectern/log');
  });

  test('[MD37] the steps of getting the program reach the rooms, each percent once', async () => {
    const { workerBin } = await import('mediasoup');
    const { media, broadcasts } = await bench({
      start: false,
      binary: async (_signal, onProgress) => {
        const read = createProgress(onProgress);
        read('media worker: asking for the official binary');
        read('media worker: building it from source, 2 to 6 minutes once per machine');
        read('[1/3] Generating headers');
        read('[9/200] Compiling C++ object src/a.o');
        read('../src/a.cpp:3: warning: chatter');
        read('[10/200] Compiling C++ object src/b.o');
        read('[11/200] Compiling C++ object src/c.o');
        read('[200/200] Linking target mediasoup-worker');
        return workerBin;
      },
    });
    new Tab(media, userId(1));
    await media.start();
    await broadcasts.until(({ payload }) => JSON.stringify(payload).includes('"ready"'));
    expect(broadcasts.all.map(({ payload }) => payload)).toEqual([
      { state: 'building', reason: 'downloading', percent: null },
      { state: 'building', reason: 'compiling', percent: null },
      { state: 'building', reason: 'compiling', percent: 4 },
      { state: 'building', reason: 'compiling', percent: 5 },
      { state: 'building', reason: 'compiling', percent: 100 },
      { state: 'ready', reason: null, percent: null },
    ]);
  });

  test('[MD37] the terminal hears each step, every tenth of it, the failure with its reason, and success after it', () => {
    const said: string[] = [];
    const tell = createMediaTeller((text) => said.push(text));
    const building = (reason: MediaReason | null, percent: number | null = null): void =>
      tell({ state: 'building', reason, percent }, null);
    building(null);
    building('compiling');
    for (const percent of [1, 4, 9, 10, 14]) building('compiling', percent);
    for (let look = 0; look < 3; look += 1)
      tell({ state: 'failed', reason: 'no_program', percent: null }, 'c++ is missing');
    tell({ state: 'ready', reason: null, percent: null }, null);
    const shown = said.map(
      (text) => /\(\d+ %\)|c\+\+ is missing|are ready|building|background/.exec(text)?.[0],
    );
    expect(shown).toEqual(['background', 'building', 'building', 'building', 'c++ is missing', 'are ready']);
    expect(said.slice(2, 4).map((text) => /\((\d+) %\)/.exec(text)?.[1])).toEqual(['0', '10']);
  });

  test('[MD2] a program that is none is a reason, not an end', async () => {
    const { media } = await bench({ start: false, binary: async () => '/nowhere/mediasoup-worker' });
    await media.start();
    await poll(() => media.status().state === 'failed');
    expect(media.status().reason).toBe('not_started');
    expect(media.detail()).toContain('ENOENT');
  });

  test('[MD3] workers take the listen port and the ones after it, for UDP and TCP', async () => {
    const port = await freePort();
    const { media } = await bench({ config: { MEDIA_LISTEN_PORT: port, MEDIA_WORKERS: 2 } });
    await poll(() => media.workerPids().length === 2);
    const found: string[] = [];
    for (const roomId of ['first', 'second']) {
      const tab = new Tab(media, userId(1), 'tab', roomId);
      await tab.call('media.capabilities', {});
      const { iceCandidates } = await tab.call('media.transport.create', { direction: 'recv' });
      found.push(
        ...iceCandidates.map((candidate) => `${String(candidate['protocol'])} ${String(candidate['port'])}`),
      );
    }
    expect(found.toSorted()).toEqual([`tcp ${port}`, `tcp ${port + 1}`, `udp ${port}`, `udp ${port + 1}`]);
  });

  test('[MD3] a taken port is a reason; two servers without a port live side by side', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const taken = await bench({ start: false, config: { MEDIA_LISTEN_PORT: port } });
    await taken.media.start();
    await poll(() => taken.media.status().state === 'failed');
    expect(taken.media.status().reason).toBe('port_in_use');
    holder.close();
    const [one, two] = await Promise.all([bench(), bench()]);
    const [a, b] = await Promise.all([
      new Tab(one.media, userId(1)).setUp(),
      new Tab(two.media, userId(1)).setUp(),
    ]);
    await a.produce('microphone');
    await b.produce('microphone');
    expect([one.media.metrics().producers, two.media.metrics().producers]).toEqual([1, 1]);
  });

  test('[MD4] where it listens and what it announces', async () => {
    const config: ListenConfig = {
      HOST: '127.0.0.1',
      MEDIA_LISTEN_PORT: 40_000,
      MEDIA_LISTEN_ADDRESS: undefined,
      MEDIA_ANNOUNCED_ADDRESS: undefined,
    };
    const entry = (address: string, internal: boolean, family: 'IPv4' | 'IPv6' = 'IPv4') =>
      ({
        address,
        internal,
        family,
        netmask: '',
        mac: '',
        cidr: null,
        ...(family === 'IPv6' ? { scopeid: 0 } : {}),
      }) as never;
    const machine = {
      lo: [entry('127.0.0.1', true)],
      eth0: [entry('10.0.0.5', false), entry('fe80::1', false, 'IPv6')],
    };
    const ips = async (part: Partial<ListenConfig>) =>
      (await listenInfos({ ...config, ...part }, 2, machine)).map(
        ({ protocol, ip, port, announcedAddress }) => [protocol, ip, port, announcedAddress].join(' '),
      );
    expect(await ips({})).toEqual(['udp 127.0.0.1 40002 ', 'tcp 127.0.0.1 40002 ']);
    expect(await ips({ MEDIA_LISTEN_ADDRESS: '10.0.0.5' })).toEqual([
      'udp 10.0.0.5 40002 ',
      'tcp 10.0.0.5 40002 ',
    ]);
    expect(await ips({ HOST: '0.0.0.0' })).toEqual([
      'udp 10.0.0.5 40002 ',
      'tcp 10.0.0.5 40002 ',
      'udp 127.0.0.1 40002 ',
      'tcp 127.0.0.1 40002 ',
    ]);
    expect(await ips({ HOST: '0.0.0.0', MEDIA_ANNOUNCED_ADDRESS: 'class.example.org' })).toEqual([
      'udp 0.0.0.0 40002 class.example.org',
      'tcp 0.0.0.0 40002 class.example.org',
    ]);
    expect((await ips({ HOST: 'localhost' }))[0]).toBe('udp 127.0.0.1 40002 ');
  });

  test('[MD5] rooms go to the worker with the least to do', async () => {
    const { media } = await bench({ config: { MEDIA_WORKERS: 2 } });
    await poll(() => media.workerPids().length === 2);
    const portOf = async (roomId: string, people: number): Promise<unknown> => {
      let port: unknown;
      for (let n = 1; n <= people; n += 1) {
        const tab = new Tab(media, userId(n), 'tab', roomId);
        await tab.call('media.capabilities', {});
        const { iceCandidates } = await tab.call('media.transport.create', { direction: 'recv' });
        port = iceCandidates[0]?.['port'];
      }
      return port;
    };
    const busy = await portOf('busy', 5);
    const quiet = await portOf('quiet', 1);
    expect(quiet).not.toBe(busy);
    expect(await portOf('third', 2)).toBe(quiet);
    expect(await portOf('fourth', 1)).toBe(quiet);
  });

  test('[MD6] a worker that keeps dying is failed with a reason, then comes back', async () => {
    const { media, broadcasts } = await bench({ timings: { respawn: 1 } });
    await new Tab(media, userId(1)).setUp();
    for (let death = 1; death <= 4; death += 1) {
      const [pid] = media.workerPids();
      process.kill(pid ?? 0, 'SIGKILL');
      await poll(() => media.workerPids().length === 1 && media.workerPids()[0] !== pid);
    }
    const failed = await broadcasts.until(({ payload }) => JSON.stringify(payload).includes('"failed"'));
    expect(failed.payload).toEqual({ state: 'failed', reason: 'unstable', percent: null });
    await poll(() => media.status().state === 'ready');
  });

  test('[MD11] stop ends every worker and every room', async () => {
    const { media } = await bench({ config: { MEDIA_WORKERS: 2 } });
    await poll(() => media.workerPids().length === 2);
    const pids = media.workerPids();
    const ada = await new Tab(media, userId(1)).setUp();
    await media.stop();
    expect(await codeOf(ada.call('media.capabilities', {}))).toBe('not_joined');
    expect(media.metrics()).toEqual({ workers: 0, rooms: 0, transports: 0, producers: 0, consumers: 0 });
    await poll(() => !pids.some(isAlive));
  });
});

describe('the death of a worker', () => {
  test('[MD9] its rooms begin anew at once and say so by one fact', async () => {
    const { media, facts, broadcasts } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const ben = await new Tab(media, userId(2)).setUp();
    const before = await ada.produce('microphone');
    await ada.produce('camera');
    await ben.consume(before);
    const { epoch } = media.snapshot('room');
    const from = facts.all.length;
    process.kill(media.workerPids()[0] ?? 0, 'SIGKILL');
    const reset = await facts.until((fact) => fact.type === 'media.reset', from);
    expect(reset).toEqual({ type: 'media.reset', roomId: 'room', epoch: media.snapshot('room').epoch });
    expect(media.snapshot('room').epoch).toBeGreaterThan(epoch);
    expect(media.snapshot('room').producers).toEqual([]);
    expect(media.metrics()).toMatchObject({ transports: 0, producers: 0, consumers: 0 });
    expect(await codeOf(ada.produce('microphone'))).toBe('media_not_found');
    await ada.setUp();
    await ben.setUp();
    expect(await codeOf(ben.consume(await ada.produce('microphone')))).toBe('ok');
    expect(facts.all.slice(from).map(({ type }) => type)).toEqual(['media.reset', 'media.producer.added']);
    expect(broadcasts.all.filter(({ type }) => type === 'media.status')).toEqual([]);
  });

  test('[MD9] rooms of other workers go on; an empty room begins anew when it is next used', async () => {
    const { media, facts } = await bench({ config: { MEDIA_WORKERS: 2 } });
    await poll(() => media.workerPids().length === 2);
    const rooms = ['one', 'two'];
    const tabs = await Promise.all(rooms.map((room) => new Tab(media, userId(1), 'tab', room).setUp()));
    for (const tab of tabs) await tab.produce('microphone');
    process.kill(media.workerPids()[0] ?? 0, 'SIGKILL');
    await poll(() => rooms.filter((room) => media.snapshot(room).producers.length === 0).length === 1);
    const hurt = rooms.find((room) => media.snapshot(room).producers.length === 0);
    await facts.until(({ type, roomId }) => type === 'media.reset' && roomId === hurt, 4);
    expect(facts.all.slice(4).every(({ roomId }) => roomId === hurt)).toBe(true);
  });

  test('[MD9] a room that was being opened on the dying worker opens on the next one', async () => {
    const { media, facts } = await bench({ timings: { healthy: 1 } });
    for (let round = 0; round < 5; round += 1) {
      const [pid] = media.workerPids();
      const ada = new Tab(media, userId(1), 'tab', `room ${round}`);
      const opening = codeOf(ada.call('media.capabilities', {}));
      process.kill(pid ?? 0, 'SIGKILL');
      expect(await opening).toBe('ok');
      await facts.until(({ type, roomId }) => type === 'media.reset' && roomId === `room ${round}`);
      await poll(() => media.workerPids().length === 1 && media.workerPids()[0] !== pid);
    }
    expect(media.metrics().rooms).toBe(5);
  });

  test('[MD9] calls under way are refused, never left hanging', async () => {
    const { media } = await bench();
    const ada = await new Tab(media, userId(1)).setUp();
    const calls = Array.from({ length: 20 }, () =>
      codeOf(ada.call('media.transport.create', { direction: 'recv' })),
    );
    process.kill(media.workerPids()[0] ?? 0, 'SIGKILL');
    for (const code of await Promise.all(calls))
      expect(['ok', 'media_unavailable', 'media_not_found']).toContain(code);
  });
});
