import type { Response } from 'express';
import type { PendingDuty } from '../../../shared/kernel/contract.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SignInReply, SignedInView } from '../../../shared/identity/contract.ts';
import type { AccountService } from '../accounts/accounts.service.ts';
import type { RefreshCookie } from '../sessions/refresh-cookie.ts';
import type { OpenSession } from '../sessions/sessions.service.ts';
import type { MfaRequired } from './complete.ts';

export interface Responder {
  accounts: AccountService;
  cookie: RefreshCookie;
  accessToken(session: OpenSession): { token: string; expiresAt: Date };
  /** Ends the sign-in of a refresh token; one that nobody knows ends nothing. */
  signOut(refreshSecret: string): Promise<void>;
  /** What the person has to do before anything else is answered. */
  pending(session: OpenSession): Promise<PendingDuty | null>;
  clock: Clock;
}

/**
 * The answer to a first factor that was right: a sign-in, or the question for the second factor. A sign-in takes the place of the one
 * that this browser had: its token would be forgotten here, and go on being good wherever else it is.
 */
export async function respond(
  deps: Responder,
  res: Response,
  outcome: OpenSession | MfaRequired,
): Promise<SignInReply> {
  if (!('mfa' in outcome)) {
    const before = deps.cookie.read(res.req);
    if (before) await deps.signOut(before);
    return open(deps, res, outcome);
  }
  res.status(202);
  return outcome;
}

/** Sets the refresh cookie and answers the access token. */
export async function open(deps: Responder, res: Response, session: OpenSession): Promise<SignedInView> {
  const { token, expiresAt } = deps.accessToken(session);
  const user = await deps.accounts.me(session.userId, session.organizationId);
  const pending = await deps.pending(session);
  // In whole seconds, as a cookie counts.
  const life = Math.ceil((session.expiresAt.getTime() - deps.clock.now().getTime()) / 1000) * 1000;
  deps.cookie.write(res, session.refreshSecret, life);
  return { accessToken: token, expiresAt: expiresAt.toISOString(), user, ...(pending ? { pending } : {}) };
}
