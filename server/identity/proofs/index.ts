import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { requestContext } from '../../kernel/request-context.ts';
import { newSecret } from '../../kernel/secrets.ts';
import type { IdentityDeps } from '../deps.ts';
import { judge, proofMs, waitSeconds } from './proof.ts';
import type { ProofKind, ProofPurpose, ProofRefusal } from './proof.ts';
import { readRules } from './rules.ts';
import {
  countAttempt,
  deleteOldProofs,
  insertProof,
  invalidateProofs,
  isOfAnotherPurpose,
  lastIssued,
  linkByHash,
  newestProof,
  markUsed,
} from './proofs.repository.ts';
import type { StoredProof } from './proofs.repository.ts';

export type { ProofKind, ProofPurpose, ProofRefusal } from './proof.ts';
export { proofRules } from './proof.ts';
export { readRules } from './rules.ts';

/** A proof to be made: who it is for, what for, and where it is sent. */
export interface NewProof {
  userId: string;
  purpose: ProofPurpose;
  kind: ProofKind;
  channel: 'email' | 'sms';
  /** The address or number it is sent to, as it is stored. */
  destination: string;
  metadata?: Record<string, unknown>;
}

/** What was shown: the token of a link, or a code of somebody who is known by other means. */
export type ShownProof =
  | { purpose: ProofPurpose; token: string }
  | { purpose: ProofPurpose; userId: string; code: string };

/** A proof that was right, and is used up now. */
export interface Proof {
  userId: string;
  destination: string;
  channel: 'email' | 'sms';
  metadata: Record<string, unknown>;
}

/**
 * Codes and links that prove that somebody reads an address (table verification_tokens). They are stored as HMACs with the
 * server's pepper: six digits could be guessed from a bare hash.
 */
export interface Proofs {
  /**
   * Makes a proof in place of the one before. The secret is to be sent and is not kept.
   * @throws AppError rate_limited less than a minute after the last one of this purpose and kind
   */
  issue(tx: Transaction, proof: NewProof): Promise<string>;
  /** Seconds until `issue` may be called again; 0 when it may. */
  wait(tx: Transaction, proof: Pick<NewProof, 'userId' | 'purpose' | 'kind'>): Promise<number>;
  /**
   * Uses a proof up. A refusal is returned, not thrown: the failed attempt must be committed. Give it to `accepted` after the
   * transaction.
   */
  consume(tx: Transaction, shown: ShownProof): Promise<Proof | ProofRefusal>;
  /** What a link would prove, without using it up: for checks before. */
  peek(tx: Transaction, shown: { purpose: ProofPurpose; token: string }): Promise<Proof | ProofRefusal>;
  /** Makes open proofs useless: of some purposes, or (null) all of them. */
  invalidate(tx: Transaction, userId: string, purposes: readonly ProofPurpose[] | null): Promise<void>;
  sweep(): Promise<void>;
}

/** @throws AppError with the code of a refusal */
export function accepted<T extends object>(outcome: T | ProofRefusal): T {
  if (!('refused' in outcome)) return outcome;
  throw new AppError(outcome.refused, 'data' in outcome ? outcome.data : undefined);
}

const dayMs = 24 * 60 * 60_000;

/** Builds proofs on the server's pepper and clock. */
export function createProofs(deps: Pick<IdentityDeps, 'db' | 'secrets' | 'clock' | 'ids'>): Proofs {
  const { db, secrets, clock, ids } = deps;
  const linkHash = (token: string): Buffer => secrets.pepper('proof link', token);
  const codeHash = (userId: string, code: string): Buffer =>
    secrets.pepper('proof code', `${userId} ${code}`);

  async function useCode(
    tx: Transaction,
    { userId, purpose, code }: { userId: string; purpose: ProofPurpose; code: string },
  ): Promise<Proof | ProofRefusal> {
    const now = clock.now();
    const hash = codeHash(userId, code);
    const proof = await newestProof(tx.em, userId, purpose, 'otp');
    const right = proof !== null && timingSafeEqual(proof.hash, hash);
    const elsewhere = !right && (await isOfAnotherPurpose(tx.em, userId, purpose, hash, now));
    if (!proof) return { refused: elsewhere ? 'wrong_purpose' : 'proof_invalid' };
    const verdict = judge(proof, right, now);
    if (verdict === 'taken') {
      await markUsed(tx.em, proof.id, now);
      return proofOf(proof);
    }
    if (verdict.counts) await countAttempt(tx.em, proof.id, now);
    return elsewhere && verdict.counts ? { refused: 'wrong_purpose' } : verdict.refusal;
  }

  async function judgeLink(
    tx: Transaction,
    { purpose, token }: { purpose: ProofPurpose; token: string },
    use: boolean,
  ): Promise<Proof | ProofRefusal> {
    const now = clock.now();
    const proof = await linkByHash(tx.em, linkHash(token), use);
    if (!proof) return { refused: 'proof_invalid' };
    if (proof.purpose !== purpose) return { refused: 'wrong_purpose' };
    const verdict = judge(proof, true, now);
    if (verdict !== 'taken') return verdict.refusal;
    if (use) await markUsed(tx.em, proof.id, now);
    return proofOf(proof);
  }

  return {
    async issue(tx, { userId, purpose, kind, channel, destination, metadata = {} }) {
      const now = clock.now();
      // One after the other per person: two requests at once must not make two.
      await tx.em.execute('select 1 from users where id = ? for no key update', [userId]);
      const rules = await readRules(tx.em);
      const wait = waitSeconds(rules, await lastIssued(tx.em, userId, purpose, kind), now);
      if (wait > 0) throw new AppError('rate_limited', { retryAfterSeconds: wait });
      await invalidateProofs(tx.em, userId, [purpose], kind, now);
      const secret = kind === 'otp' ? String(randomInt(1_000_000)).padStart(6, '0') : newSecret().secret;
      const { ipAddress, userAgent } = requestContext();
      await insertProof(
        tx.em,
        {
          id: ids.uuid(),
          userId,
          purpose,
          kind,
          channel,
          destination,
          maxAttempts: rules.attempts,
          hash: kind === 'otp' ? codeHash(userId, secret) : linkHash(secret),
          expiresAt: new Date(now.getTime() + proofMs(rules, purpose, kind)),
          metadata,
          createdAt: now,
        },
        { ipAddress, userAgent },
      );
      return secret;
    },
    async wait(tx, { userId, purpose, kind }) {
      return waitSeconds(await readRules(tx.em), await lastIssued(tx.em, userId, purpose, kind), clock.now());
    },
    consume: (tx, shown) => ('token' in shown ? judgeLink(tx, shown, true) : useCode(tx, shown)),
    peek: (tx, shown) => judgeLink(tx, shown, false),
    invalidate: (tx, userId, purposes) => invalidateProofs(tx.em, userId, purposes, null, clock.now()),
    sweep: () => deleteOldProofs(db.em(), new Date(clock.now().getTime() - dayMs)),
  };
}

const proofOf = ({ userId, destination, channel, metadata }: StoredProof): Proof => ({
  userId,
  destination,
  channel,
  metadata,
});
