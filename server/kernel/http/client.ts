import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** An address as PostgreSQL takes it: link-local ones carry their interface (fe80::1%eth0), and a proxy may send anything. */
export function clientAddress(ip: string | undefined): string | null {
  const address = (ip ?? '').split('%')[0] ?? '';
  return isIP(address) ? address : null;
}

const longestUserAgent = 512;

/** What the browser says of itself, cut to a size that is worth storing. */
export const userAgentOf = (req: IncomingMessage): string | null =>
  req.headers['user-agent']?.slice(0, longestUserAgent) ?? null;
