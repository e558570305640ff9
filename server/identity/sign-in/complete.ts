import type { Transaction } from '../../kernel/db/database.ts';
import type { Client, OpenSession, SessionService } from '../sessions/sessions.service.ts';

/** How somebody proved who they are; a passkey is both factors in one. */
export type FirstFactor = 'password' | 'otp' | 'passkey' | 'oidc';

/** A first factor that was right. */
export interface Proven {
  userId: string;
  tokenVersion: number;
  method: FirstFactor;
  rememberMe: boolean;
}

/** A second factor is needed before there is a sign-in. */
export interface MfaRequired {
  mfa: { challengeId: string; methods: ('totp' | 'recovery_code')[]; expiresAt: string };
}

/**
 * What every way to sign in ends with: opens the sign-in, or asks for the second factor. The caller has checked that the
 * account may be used.
 */
export async function completeSignIn(
  deps: { sessions: SessionService },
  tx: Transaction,
  proven: Proven,
  client: Client,
): Promise<OpenSession | MfaRequired> {
  const { userId, tokenVersion } = proven;
  return { ...(await deps.sessions.open(tx, userId, client)), userId, tokenVersion };
}
