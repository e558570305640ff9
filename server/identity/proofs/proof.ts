const minute = 60_000;

/** What a code or a link is for. */
export type ProofPurpose =
  | 'email_verification'
  | 'phone_verification'
  | 'password_reset'
  | 'login'
  | 'onboarding'
  | 'email_change'
  | 'phone_change'
  | 'two_factor'
  | 'guardian_link'
  | 'account_deletion';

/** Six digits that somebody types, or a long token in a link. */
export type ProofKind = 'otp' | 'link';

/** The installation's rules for proofs (`auth.otp_*`, `auth.reset_ttl_minutes`, `auth.verification_ttl_hours`). */
export interface ProofRules {
  otpMs: number;
  resetLinkMs: number;
  linkMs: number;
  attempts: number;
  resendMs: number;
}

/** What holds where nobody has set anything. */
export const proofRules: ProofRules = {
  otpMs: 10 * minute,
  resetLinkMs: 30 * minute,
  linkMs: 48 * 60 * minute,
  attempts: 5,
  resendMs: minute,
};

/** How long a proof is good for, in milliseconds. */
export function proofMs(rules: ProofRules, purpose: ProofPurpose, kind: ProofKind): number {
  if (kind === 'otp') return rules.otpMs;
  return purpose === 'password_reset' ? rules.resetLinkMs : rules.linkMs;
}

/** A proof as far as it decides what a code is worth. */
export interface ProofState {
  attempts: number;
  maxAttempts: number;
  expiresAt: Date;
  usedAt: Date | null;
  invalidatedAt: Date | null;
}

export type ProofRefusal =
  | { refused: 'proof_invalid' | 'proof_expired' | 'already_used' | 'wrong_purpose' | 'too_many_attempts' }
  | { refused: 'wrong_code'; data: { attemptsLeft: number } };

/** What becomes of an attempt: taken, refused, or refused and counted. */
export type Verdict = 'taken' | { refusal: ProofRefusal; counts: boolean };

/**
 * Judges a code against the newest proof of its kind. A used or replaced one says so only to whoever has the right code; after
 * five wrong ones the right one is refused too.
 */
export function judge(proof: ProofState, right: boolean, now: Date): Verdict {
  const no = (refused: Exclude<ProofRefusal['refused'], 'wrong_code'>): Verdict => ({
    refusal: { refused },
    counts: false,
  });
  if (proof.usedAt) return no(right ? 'already_used' : 'proof_invalid');
  if (proof.invalidatedAt) return no('proof_invalid');
  if (proof.attempts >= proof.maxAttempts) return no('too_many_attempts');
  if (proof.expiresAt <= now) return no('proof_expired');
  if (right) return 'taken';
  const attemptsLeft = proof.maxAttempts - proof.attempts - 1;
  return { refusal: { refused: 'wrong_code', data: { attemptsLeft } }, counts: true };
}

/** Seconds until another one may be sent; 0 when it may. */
export function waitSeconds(rules: ProofRules, lastIssuedAt: Date | null, now: Date): number {
  if (!lastIssuedAt) return 0;
  return Math.max(0, Math.ceil((lastIssuedAt.getTime() + rules.resendMs - now.getTime()) / 1000));
}
