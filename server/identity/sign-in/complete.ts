import type { Transaction } from '../../kernel/db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Client, OpenSession, SessionService } from '../sessions/sessions.service.ts';
import { keepMfaChallenge, secondFactorOf } from '../two-factor/two-factor.repository.ts';
import { noteSignIn } from './credentials.repository.ts';

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

const challengeMs = 5 * 60_000;

/**
 * What every way to sign in ends with: opens the sign-in, or asks for the second factor. The caller has checked that the
 * account may be used.
 */
export async function completeSignIn(
  deps: { sessions: SessionService; clock: Clock; ids: Ids },
  tx: Transaction,
  proven: Proven,
  client: Client,
): Promise<OpenSession | MfaRequired> {
  const { userId, tokenVersion, method, rememberMe } = proven;
  const now = deps.clock.now();
  const passkey = method === 'passkey';
  const factor = passkey ? null : await secondFactorOf(tx.em, userId);
  if (factor?.enabled) {
    const challengeId = deps.ids.uuid();
    const expiresAt = new Date(now.getTime() + challengeMs);
    await keepMfaChallenge(tx.em, { id: challengeId, userId, data: { method, rememberMe }, expiresAt });
    const methods: MfaRequired['mfa']['methods'] =
      factor.recoveryCodesLeft > 0 ? ['totp', 'recovery_code'] : ['totp'];
    return { mfa: { challengeId, methods, expiresAt: expiresAt.toISOString() } };
  }
  await noteSignIn(tx.em, userId, now);
  const options = { rememberMe, mfa: passkey, methods: [method] };
  return { ...(await deps.sessions.open(tx, userId, client, options)), userId, tokenVersion };
}
