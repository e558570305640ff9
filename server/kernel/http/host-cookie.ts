import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';

/** A cookie of this host: read, set, taken away. */
export interface HostCookie {
  read(req: Request): string | null;
  /** @param milliseconds for how long the browser keeps it */
  write(res: Response, value: string, milliseconds: number): void;
  clear(res: Response): void;
}

/** Longer values are none of ours. */
const longest = 128;

/**
 * Scripts cannot read it. Behind HTTPS its name begins with `__Host-`: browsers take such a cookie from this very host and over
 * TLS only, so that a page of a neighbouring host cannot plant one (RFC 6265bis, 4.1.3.2). The prefix demands `Path=/`; on plain
 * HTTP, where browsers refuse the prefix, the cookie goes below `path` alone.
 */
export function createHostCookie(options: {
  name: string;
  path: string;
  sameSite: 'strict' | 'lax';
  secure: boolean;
}): HostCookie {
  const { secure, sameSite } = options;
  const name = secure ? `__Host-${options.name}` : options.name;
  const attributes: CookieOptions = { httpOnly: true, sameSite, secure, path: secure ? '/' : options.path };
  return {
    read(req) {
      const value = parseCookie(req.headers.cookie ?? '')[name];
      return value && value.length <= longest ? value : null;
    },
    write: (res, value, milliseconds) =>
      void res.cookie(name, value, { ...attributes, maxAge: milliseconds }),
    clear: (res) => void res.clearCookie(name, attributes),
  };
}
