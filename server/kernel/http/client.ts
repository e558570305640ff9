import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Whether what an address forwards (X-Forwarded-For) is believed. */
export type ProxyTrust = (address: string) => boolean;

type Network = [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** The names that express knows too. */
const namedNetworks: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

function networkOf(text: string): Network {
  const [address = '', bits] = text.split('/');
  const parsed = ipaddr.process(address);
  if (bits === undefined) return [parsed, parsed.kind() === 'ipv4' ? 32 : 128];
  if (/^\d{1,3}$/.test(bits)) return [parsed, Number(bits)];
  const fromMask = ipaddr.IPv4.parse(bits).prefixLengthFromSubnetMask();
  if (fromMask === null) throw new Error(`${bits} is no netmask`);
  return [parsed, fromMask];
}

/**
 * Reads TRUST_PROXY: addresses, networks, or loopback, linklocal, uniquelocal.
 * @throws Error for something else
 */
export function createProxyTrust(proxies: readonly string[]): ProxyTrust {
  const networks = proxies.flatMap((one) => namedNetworks[one] ?? [one]).map(networkOf);
  return (address) => {
    const parsed = parse(address);
    return (
      parsed !== null &&
      networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits))
    );
  };
}

/** An IPv4 address that arrived on an IPv6 socket is an IPv4 address. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const [bare = ''] = address.split('%');
  // Without the check "10" would be read as 0.0.0.10.
  if (!ipaddr.IPv6.isValid(bare) && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return null;
  return ipaddr.process(bare);
}

/** An address as PostgreSQL takes it: link-local ones carry their interface (fe80::1%eth0), and a proxy may send anything. */
export const clientAddress = (ip: string | undefined): string | null => parse(ip ?? '')?.toString() ?? null;

/**
 * Where a request comes from: the connection's address, or, as long as those are trusted proxies, the one that was forwarded
 * last. What is no address ends the way back: whoever sent it is the client.
 */
export function addressOf(req: IncomingMessage, trusted: ProxyTrust): string | null {
  let address = clientAddress(req.socket.remoteAddress);
  const forwarded = [req.headers['x-forwarded-for'] ?? []].flat().join(',').split(',').toReversed();
  for (const hop of forwarded) {
    const before = clientAddress(hop.trim());
    if (address === null || before === null || !trusted(address)) break;
    address = before;
  }
  return address;
}

/** Who counts as one for limits: an address, or the network that one IPv6 customer has to themselves. */
export function addressKey(address: string | null): string {
  const parsed = parse(address ?? '');
  if (!parsed) return 'unknown';
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}

const longestUserAgent = 512;

/** What the browser says of itself, cut to a size that is worth storing. */
export const userAgentOf = (req: IncomingMessage): string | null =>
  req.headers['user-agent']?.slice(0, longestUserAgent) ?? null;
