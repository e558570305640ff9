import type { IncomingMessage } from 'node:http';

/** Decides whether a browser page may talk to this server with its user's credentials. */
export type OriginCheck = (req: IncomingMessage) => boolean;

/**
 * Programs send no Origin and are let through: they hold a token of their own. A browser always sends one, and it must
 * be the host it asked, PUBLIC_URL, or one of ALLOWED_ORIGINS.
 */
export function createOriginCheck(options: { publicUrl?: string; allowed: readonly string[] }): OriginCheck {
  const allowed = new Set(options.allowed.map((origin) => origin.replace(/\/$/, '')));
  if (options.publicUrl) allowed.add(new URL(options.publicUrl).origin);
  return (req) => {
    const { origin, host } = req.headers;
    if (origin === undefined) return true;
    if (allowed.has(origin)) return true;
    return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  };
}
