import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { oidcRequestMs } from '../../../shared/identity/oidc.ts';

const name = 'lectern_oidc';
const longest = 128;

/** The cookie that binds a request at a provider to the browser that began it. */
export interface RequestCookie {
  read(req: Request): string | null;
  write(res: Response, secret: string): void;
  clear(res: Response): void;
}

/** `Lax`: the page that finishes is reached by a redirect from the provider, and some browsers count that as its request. */
export function createRequestCookie(secure: boolean): RequestCookie {
  const options: CookieOptions = { httpOnly: true, sameSite: 'lax', path: '/api/v1/auth/oidc', secure };
  return {
    read(req) {
      const value = parseCookie(req.headers.cookie ?? '')[name];
      return value && value.length <= longest ? value : null;
    },
    write: (res, secret) => void res.cookie(name, secret, { ...options, maxAge: oidcRequestMs }),
    clear: (res) => void res.clearCookie(name, options),
  };
}
