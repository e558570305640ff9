import { isIP } from 'node:net';
import type { Request, Response } from 'express';
import { identityRoutes } from '../../shared/identity/contract.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { AppError } from '../kernel/errors.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { AccountService } from './accounts.service.ts';
import type { RefreshCookie } from './refresh-cookie.ts';
import type { Client, OpenSession, SessionService } from './sessions.service.ts';
import type { SignInService } from './sign-in.service.ts';

export interface RouteServices {
  signIns: SignInService;
  sessions: SessionService;
  accounts: AccountService;
  cookie: RefreshCookie;
  accessToken(session: OpenSession): { token: string; expiresAt: Date };
}

/** The REST edge of accounts and sign-in. */
export function bindRoutes(services: RouteServices): BoundRoute[] {
  const { signIns, sessions, accounts, cookie } = services;
  return [
    route(identityRoutes.signIn, async ({ body, req, res }) =>
      answer(services, res, await signIns.signIn(body, clientOf(req))),
    ),
    route(identityRoutes.refresh, async ({ req, res }) =>
      answer(services, res, await refresh(services, req, res)),
    ),
    route(identityRoutes.signOut, async ({ req, res }) => {
      const secret = cookie.read(req);
      if (secret) await sessions.signOut(secret);
      cookie.clear(res);
      return null;
    }),
    route(identityRoutes.me, ({ actor }) => accounts.me(actor.userId)),
  ];
}

async function answer(services: RouteServices, res: Response, session: OpenSession): Promise<SignedInView> {
  const { token, expiresAt } = services.accessToken(session);
  const user = await services.accounts.me(session.userId);
  services.cookie.write(res, session.refreshSecret);
  return { accessToken: token, expiresAt: expiresAt.toISOString(), user };
}

async function refresh(
  { cookie, sessions }: RouteServices,
  req: Request,
  res: Response,
): Promise<OpenSession> {
  const secret = cookie.read(req);
  if (!secret) throw new AppError('unauthenticated');
  try {
    return await sessions.refresh(secret);
  } catch (error) {
    // A token that will never be good again is taken away; a suspended account's may be, when the suspension ends.
    const dead = error instanceof AppError && ['unauthenticated', 'session_revoked'].includes(error.code);
    if (dead) cookie.clear(res);
    throw error;
  }
}

function clientOf(req: Request): Client {
  // A link-local address carries its interface (fe80::1%eth0), and a proxy may send anything: PostgreSQL takes addresses only.
  const address = (req.ip ?? '').split('%')[0] ?? '';
  return { address: isIP(address) ? address : null, userAgent: req.headers['user-agent'] ?? null };
}
