import { createHmac } from 'node:crypto';

export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/** Longer than any class; a client that comes back later asks for new ones. */
const lifetimeSeconds = 12 * 60 * 60;

/**
 * TURN servers with credentials that expire by themselves: `username` is `expiry:userId`, `credential` the base64
 * HMAC-SHA1 of it under the secret shared with the TURN server (draft-uberti-behave-turn-rest, coturn `use-auth-secret`).
 */
export function iceServers(
  config: { TURN_URLS: readonly string[]; TURN_SECRET?: string | undefined },
  userId: string,
  now: Date,
): IceServer[] {
  if (config.TURN_URLS.length === 0) return [];
  // STUN takes no credentials, and browsers refuse none at all for TURN.
  const stun = config.TURN_URLS.filter((url) => /^stuns?:/.test(url));
  const turn = config.TURN_URLS.filter((url) => !/^stuns?:/.test(url));
  const servers: IceServer[] = stun.length > 0 ? [{ urls: stun }] : [];
  if (turn.length > 0 && config.TURN_SECRET) {
    const username = `${Math.floor(now.getTime() / 1000) + lifetimeSeconds}:${userId}`;
    const credential = createHmac('sha1', config.TURN_SECRET).update(username).digest('base64');
    servers.push({ urls: turn, username, credential });
  }
  return servers;
}
