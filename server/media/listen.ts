import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';
import type { Config } from '../kernel/config.ts';

export type ListenConfig = Pick<
  Config,
  'HOST' | 'MEDIA_LISTEN_PORT' | 'MEDIA_LISTEN_ADDRESS' | 'MEDIA_ANNOUNCED_ADDRESS'
>;

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * Where the worker with this index listens: one UDP and one TCP port for everybody it serves.
 * With MEDIA_LISTEN_PORT the workers take that port and the ones after it; without, free ports.
 * @throws when HOST is a name that does not resolve.
 */
export async function listenInfos(
  config: ListenConfig,
  index: number,
  interfaces: Interfaces = networkInterfaces(),
): Promise<types.TransportListenInfo[]> {
  const ip = await address(config.MEDIA_LISTEN_ADDRESS ?? config.HOST);
  const port = config.MEDIA_LISTEN_PORT === undefined ? undefined : config.MEDIA_LISTEN_PORT + index;
  const announcedAddress = config.MEDIA_ANNOUNCED_ADDRESS;
  const ips = announcedAddress === undefined && isUnspecified(ip) ? reachable(ip, interfaces) : [ip];
  return ips.flatMap((each) =>
    (['udp', 'tcp'] as const).map((protocol) => ({ protocol, ip: each, announcedAddress, port })),
  );
}

async function address(host: string): Promise<string> {
  if (isIP(host)) return host;
  // IPv4 first: `localhost` is reached at 127.0.0.1 by every browser, at ::1 by some.
  return (await lookup(host, { family: 0, order: 'ipv4first' })).address;
}

const isUnspecified = (ip: string): boolean => ip === '0.0.0.0' || ip === '::';

/**
 * "All addresses" is nothing a browser can connect to, so each address of the machine is listened on by itself:
 * those of the network first, the loopback for a browser on the machine.
 */
function reachable(unspecified: string, interfaces: Interfaces): string[] {
  const all = Object.values(interfaces)
    .flatMap((entries) => entries ?? [])
    .filter(
      (entry) => entry.family === 'IPv4' || (unspecified === '::' && !entry.address.startsWith('fe80')),
    );
  const outside = all.filter((entry) => !entry.internal).map((entry) => entry.address);
  const inside = all.filter((entry) => entry.internal).map((entry) => entry.address);
  return [...outside, ...inside];
}
