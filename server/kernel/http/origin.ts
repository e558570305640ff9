import type { IncomingMessage } from 'node:http';

/** Decides whether a browser page may talk to this server with its user's credentials. */
export type OriginCheck = (req: IncomingMessage) => boolean;

/**
 * Programs send no Origin and are let through: they hold a token of their own. A browser sends one with whatever could
 * change something, and it must be the host it asked, PUBLIC_URL, or one of ALLOWED_ORIGINS. Where a browser sends none (a link, a
 * picture), it still says whether the page that asks is a foreign one (Fetch Metadata).
 */
export function createOriginCheck(options: { publicUrl?: string; allowed: readonly string[] }): OriginCheck {
  const allowed = new Set(options.allowed.map((origin) => origin.replace(/\/$/, '')));
  if (options.publicUrl) allowed.add(new URL(options.publicUrl).origin);
  return (req) => {
    const { origin, host } = req.headers;
    if (origin === undefined) return !isForeign(req.headers['sec-fetch-site']);
    if (allowed.has(origin)) return true;
    return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  };
}

/** `same-site` is a neighbouring subdomain: not ours. `none` is somebody who typed the address. */
const isForeign = (site: string | string[] | undefined): boolean =>
  site === 'cross-site' || site === 'same-site';
