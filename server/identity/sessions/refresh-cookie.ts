import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';

const name = 'lectern_refresh';
const longest = 128;

/** The cookie that carries the refresh token: read, set, taken away. */
export interface RefreshCookie {
  read(req: Request): string | null;
  /** @param milliseconds until the sign-in ends: the browser keeps the cookie no longer */
  write(res: Response, secret: string, milliseconds: number): void;
  clear(res: Response): void;
}

/**
 * Scripts cannot read it, it goes to `/api/v1/auth` alone, and only with requests of our own pages. `Strict` costs nothing
 * here: no link ever leads to those addresses, and a page opened from a foreign link sends it with its own requests.
 */
export function createRefreshCookie(secure: boolean): RefreshCookie {
  const options: CookieOptions = { httpOnly: true, sameSite: 'strict', path: '/api/v1/auth', secure };
  return {
    read(req) {
      const value = parseCookie(req.headers.cookie ?? '')[name];
      return value && value.length <= longest ? value : null;
    },
    write: (res, secret, milliseconds) => void res.cookie(name, secret, { ...options, maxAge: milliseconds }),
    clear: (res) => void res.clearCookie(name, options),
  };
}
