import type { Request, Response } from 'express';
import { oidcRequestMs } from '../../../shared/identity/oidc.ts';
import { createHostCookie } from '../../kernel/http/host-cookie.ts';

/** The cookie that binds a request at a provider to the browser that began it. */
export interface RequestCookie {
  read(req: Request): string | null;
  write(res: Response, secret: string): void;
  clear(res: Response): void;
}

/** `Lax`: the page that finishes is reached by a redirect from the provider, and some browsers count that as its request. */
export function createRequestCookie(secure: boolean): RequestCookie {
  const cookie = createHostCookie({
    name: 'lectern_oidc',
    path: '/api/v1/auth/oidc',
    sameSite: 'lax',
    secure,
  });
  return { ...cookie, write: (res, secret) => cookie.write(res, secret, oidcRequestMs) };
}
