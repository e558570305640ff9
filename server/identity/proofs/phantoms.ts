import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { judge, waitSeconds } from './proof.ts';
import type { ProofPurpose, ProofRefusal, ProofRules, ProofState } from './proof.ts';

const kept = 20_000;

/**
 * Codes that were never sent, because nobody has the address or may not use it: they wait, count and expire like those that
 * were, or a wrong code would tell which addresses have an account. Kept by this node.
 */
export interface Phantoms {
  /** @throws AppError rate_limited as for a real code */
  issue(purpose: ProofPurpose, address: string, rules: ProofRules): void;
  /** Whether the last code for this address was not real. */
  has(purpose: ProofPurpose, address: string): boolean;
  /** What a wrong code is answered. */
  refuse(purpose: ProofPurpose, address: string): ProofRefusal;
  /** A real one was sent in its place. */
  forget(purpose: ProofPurpose, address: string): void;
}

export function createPhantoms(clock: Clock): Phantoms {
  const all = new Map<string, ProofState & { issuedAt: Date }>();
  const key = (purpose: ProofPurpose, address: string): string => `${purpose} ${address}`;
  return {
    issue(purpose, address, rules) {
      const now = clock.now();
      const place = key(purpose, address);
      const wait = waitSeconds(rules, all.get(place)?.issuedAt ?? null, now);
      if (wait > 0) throw new AppError('rate_limited', { retryAfterSeconds: wait });
      all.delete(place);
      all.set(place, {
        issuedAt: now,
        attempts: 0,
        maxAttempts: rules.attempts,
        expiresAt: new Date(now.getTime() + rules.otpMs),
        usedAt: null,
        invalidatedAt: null,
      });
      // An attacker must not fill the memory.
      const [oldest] = all.keys();
      if (all.size > kept && oldest !== undefined) all.delete(oldest);
    },
    has: (purpose, address) => all.has(key(purpose, address)),
    refuse(purpose, address) {
      const proof = all.get(key(purpose, address));
      if (!proof) return { refused: 'proof_invalid' };
      const verdict = judge(proof, false, clock.now());
      if (verdict === 'taken') throw new Error('a code that was never sent was right');
      if (verdict.counts) proof.attempts += 1;
      return verdict.refusal;
    },
    forget(purpose, address) {
      all.delete(key(purpose, address));
    },
  };
}
