import { createHostCookie } from '../../kernel/http/host-cookie.ts';
import type { HostCookie } from '../../kernel/http/host-cookie.ts';

/** The cookie that carries the refresh token. It is kept until the sign-in ends. */
export type RefreshCookie = HostCookie;

/**
 * Only `/api/v1/auth` reads it, and it goes with requests of our own pages alone. `Strict` costs nothing here: no link ever leads
 * to those addresses, and a page opened from a foreign link sends it with its own requests.
 */
export const createRefreshCookie = (secure: boolean): RefreshCookie =>
  createHostCookie({ name: 'lectern_refresh', path: '/api/v1/auth', sameSite: 'strict', secure });
