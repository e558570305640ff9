import type { Request, Response } from 'express';
import { identityRoutes } from '../../../shared/identity/contract.ts';
import { AppError } from '../../kernel/errors.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import { clientOf } from './client.ts';
import { open, respond } from './respond.ts';
import type { Responder } from './respond.ts';
import type { OpenSession, SessionService } from '../sessions/sessions.service.ts';
import type { SignInService } from './sign-in.service.ts';

export { clientOf } from './client.ts';

export interface RouteServices extends Responder {
  signIns: SignInService;
  sessions: SessionService;
}

/** The REST edge of accounts and sign-in. */
export function bindRoutes(services: RouteServices): BoundRoute[] {
  const { signIns, sessions, accounts, cookie } = services;
  return [
    route(identityRoutes.signIn, async ({ body, req, res }) =>
      respond(services, res, await signIns.signIn(body, clientOf(req))),
    ),
    route(identityRoutes.refresh, async ({ req, res }) =>
      open(services, res, await refresh(services, req, res)),
    ),
    route(identityRoutes.signOut, async ({ req, res }) => {
      const secret = cookie.read(req);
      if (secret) await sessions.signOut(secret);
      cookie.clear(res);
      return null;
    }),
    route(identityRoutes.me, ({ actor }) => accounts.me(actor.userId, actor.organizationId)),
  ];
}

const dead = new Set<string>(['unauthenticated', 'session_revoked', 'session_superseded']);

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
    const over = error instanceof AppError && dead.has(error.code);
    if (over) cookie.clear(res);
    throw error;
  }
}
