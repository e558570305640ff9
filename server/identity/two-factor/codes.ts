import { randomInt } from 'node:crypto';
import { generateSecret, generateURI, verify } from 'otplib';
import type { Transaction } from '../../kernel/db/database.ts';
import type { Secrets } from '../../kernel/secrets.ts';
import { noteStep, useRecoveryCode } from './two-factor.repository.ts';
import type { SecondFactor } from './two-factor.repository.ts';

/** RFC 6238 as authenticator apps do it: SHA-1, six digits, 30 seconds. One step of a wrong clock is forgiven. */
const step = 30;
const issuer = 'Lectern';

export const recoveryCodeCount = 10;
/** Without letters and digits that look alike. Ten of 30 characters: 49 bits, and five tries. */
const alphabet = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const recoveryLength = 10;

/** A new secret, base32. */
export const newTotpSecret = (): string => generateSecret();

/** The address that an authenticator app reads from the QR code. */
export const totpAddress = (label: string, secret: string): string => generateURI({ issuer, label, secret });

/** The time step that a code is right for; null: it is wrong, or of a step that was used. */
export async function totpStep(
  secret: string,
  code: string,
  lastStep: number | null,
  now: Date,
): Promise<number | null> {
  const result = await verify({
    secret,
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    epochTolerance: step,
    ...(lastStep === null ? {} : { afterTimeStep: lastStep }),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

/** New recovery codes as people write them down: "ABCDE-FGHJK". */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodeCount }, () => {
    const text = Array.from({ length: recoveryLength }, () => alphabet.charAt(randomInt(alphabet.length)));
    return `${text.slice(0, 5).join('')}-${text.slice(5).join('')}`;
  });
}

/** What is left of a code when spaces, hyphens and lower case are forgiven. */
const plain = (code: string): string => code.replaceAll(/[\s-]/g, '').toUpperCase();

export const recoveryCodeHash = (secrets: Secrets, userId: string, code: string): Buffer =>
  secrets.pepper(`recovery_code ${userId}`, plain(code));

/** What the sealed secret is about. */
export const secretAbout = (userId: string): string => `users/${userId}/two_factor_secret`;

/**
 * Judges a code of either kind and uses it up. The caller holds the account's lock (`secondFactorOf` with `lock`).
 * @returns which kind it was; null: it is not right
 */
export async function takeCode(
  deps: { secrets: Secrets },
  tx: Transaction,
  userId: string,
  factor: SecondFactor,
  code: string,
  now: Date,
): Promise<'totp' | 'recovery_code' | null> {
  if (!factor.enabled || !factor.secret) return null;
  const given = plain(code);
  if (/^\d{6}$/.test(given)) {
    const secret = deps.secrets.open(secretAbout(userId), factor.secret).toString();
    const right = await totpStep(secret, given, factor.lastStep, now);
    if (right === null) return null;
    await noteStep(tx.em, userId, right);
    return 'totp';
  }
  const hash = recoveryCodeHash(deps.secrets, userId, given);
  return (await useRecoveryCode(tx.em, userId, hash, now)) ? 'recovery_code' : null;
}
