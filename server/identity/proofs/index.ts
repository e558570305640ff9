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
  lastIssued,
  linkByHash,
  newestProof,
  markUsed,
  replaceProof,
} from './proofs.repository.ts';
import type { ProofSubject, StoredProof } from './proofs.repository.ts';

export type { ProofKind, ProofPurpose, ProofRefusal } from './proof.ts';

/** A proof to be made: who it is for, what for, and where it is sent. */
export interface NewProof {
  /** Null: nobody has the address. Then it is a phantom. */
  userId: string | null;
  /**
   * Not to be sent: the account may not have one now. It waits, counts and ends like one that was sent, and costs the same
   * statements, or the answers would tell which addresses have an account.
   */
  phantom?: boolean;
  purpose: ProofPurpose;
  kind: ProofKind;
  channel: 'email' | 'sms';
  /** The address or number it is sent to, as it is stored. */
  destination: string;
  metadata?: Record<string, unknown>;
}

/** What is to be sent: the secret, and for how long it is good, in milliseconds. */
export interface IssuedProof {
  secret: string;
  lifeMs: number;
}

/** What was shown: the token of a link, or a code for an account or (`destination`) an address. */
export type ShownProof =
  | { purposes: readonly ProofPurpose[]; token: string }
  | { purpose: ProofPurpose; userId: string | null; destination: string | null; code: string };

/** A proof that was right, and is used up now. */
export interface Proof {
  userId: string;
  purpose: ProofPurpose;
  destination: string;
  channel: 'email' | 'sms';
  metadata: Record<string, unknown>;
}

/**
 * Codes and links that prove that somebody reads an address (table verification_tokens). They are stored as HMACs with the
 * server's pepper: six digits could be guessed from a bare hash. A code is good for its purpose and no other: another one is
 * a wrong one, so that no operation is a way to guess at the codes of another.
 */
export interface Proofs {
  /**
   * Makes a proof in place of the one before. The secret is to be sent and is not kept.
   * @throws AppError rate_limited less than a minute after the last one of this purpose and kind
   */
  issue(tx: Transaction, proof: NewProof): Promise<IssuedProof>;
  /** Seconds until `issue` may be called again; 0 when it may. */
  wait(
    tx: Transaction,
    proof: Pick<NewProof, 'userId' | 'purpose' | 'kind' | 'destination'>,
  ): Promise<number>;
  /**
   * Uses a proof up. A refusal is returned, not thrown: the failed attempt must be committed. Give it to `accepted` after the
   * transaction.
   */
  consume(tx: Transaction, shown: ShownProof): Promise<Proof | ProofRefusal>;
  /** What a link would prove, without using it up: for checks before. */
  peek(
    tx: Transaction,
    shown: { purposes: readonly ProofPurpose[]; token: string },
  ): Promise<Proof | ProofRefusal>;
  /** Makes open proofs useless: of some purposes, or (null) all of them. */
  invalidate(tx: Transaction, userId: string, purposes: readonly ProofPurpose[] | null): Promise<void>;
  sweep(): Promise<void>;
}

/** @throws AppError with the code of a refusal */
export function accepted<T extends object>(outcome: T | ProofRefusal): T {
  if (!('refused' in outcome)) return outcome;
  throw new AppError(outcome.refused, 'data' in outcome ? outcome.data : undefined);
}

/** Whether a refusal was a guess, and is to be counted as one. */
export const isGuess = ({ refused }: ProofRefusal): boolean => refused === 'wrong_code';

const dayMs = 24 * 60 * 60_000;

/** Builds proofs on the server's pepper and clock. */
export function createProofs(deps: Pick<IdentityDeps, 'db' | 'secrets' | 'clock' | 'ids'>): Proofs {
  const { db, secrets, clock, ids } = deps;
  const linkHash = (token: string): Buffer => secrets.pepper('proof link', token);
  const codeHash = (userId: string, purpose: ProofPurpose, code: string): Buffer =>
    secrets.pepper('proof code', `${userId} ${purpose} ${code}`);
  const subjectOf = (userId: string | null, destination: string | null): ProofSubject => ({
    userId,
    phantomKey: secrets.pepper('proof phantom', destination ?? ''),
  });

  async function useCode(
    tx: Transaction,
    shown: { userId: string | null; destination: string | null; purpose: ProofPurpose; code: string },
  ): Promise<Proof | ProofRefusal> {
    const { userId, purpose, code } = shown;
    const now = clock.now();
    const proof = await newestProof(tx.em, subjectOf(userId, shown.destination), purpose, 'otp');
    if (!proof) return { refused: 'proof_invalid' };
    const hash = codeHash(userId ?? '', purpose, code);
    const right = proof.userId !== null && timingSafeEqual(proof.hash, hash);
    const verdict = judge(proof, right, now);
    if (verdict === 'taken') {
      await markUsed(tx.em, proof.id, now);
      return proofOf(proof);
    }
    if (verdict.counts) await countAttempt(tx.em, proof.id, now);
    return verdict.refusal;
  }

  async function judgeLink(
    tx: Transaction,
    { purposes, token }: { purposes: readonly ProofPurpose[]; token: string },
    use: boolean,
  ): Promise<Proof | ProofRefusal> {
    const now = clock.now();
    const proof = await linkByHash(tx.em, linkHash(token), use);
    if (!proof) return { refused: 'proof_invalid' };
    if (!purposes.includes(proof.purpose)) return { refused: 'wrong_purpose' };
    const verdict = judge(proof, proof.userId !== null, now);
    if (verdict !== 'taken') return verdict.refusal;
    if (use) await markUsed(tx.em, proof.id, now);
    return proofOf(proof);
  }

  /** One after the other per person or address: two requests at once must not make two. */
  async function takeTurn(tx: Transaction, { userId, phantomKey }: ProofSubject): Promise<void> {
    if (userId === null)
      await tx.em.execute('select pg_advisory_xact_lock(?::bigint)', [
        phantomKey.readBigInt64BE(0).toString(),
      ]);
    else await tx.em.execute('select 1 from users where id = ? for no key update', [userId]);
  }

  return {
    async issue(tx, { userId, purpose, kind, channel, destination, ...rest }) {
      const { phantom = userId === null, metadata = {} } = rest;
      const now = clock.now();
      const subject = subjectOf(userId, destination);
      await takeTurn(tx, subject);
      const rules = await readRules(tx.em);
      const wait = waitSeconds(rules, await lastIssued(tx.em, subject, purpose, kind), now);
      if (wait > 0) throw new AppError('rate_limited', { retryAfterSeconds: wait });
      await replaceProof(tx.em, subject, purpose, kind, now);
      const secret = kind === 'otp' ? String(randomInt(1_000_000)).padStart(6, '0') : newSecret().secret;
      const { ipAddress, userAgent } = requestContext();
      const lifeMs = proofMs(rules, purpose, kind);
      await insertProof(
        tx.em,
        {
          id: ids.uuid(),
          userId: phantom ? null : userId,
          phantomKey: phantom ? subject.phantomKey : null,
          purpose,
          kind,
          channel,
          destination: phantom ? '' : destination,
          maxAttempts: rules.attempts,
          hash: kind === 'otp' ? codeHash(userId ?? '', purpose, secret) : linkHash(secret),
          expiresAt: new Date(now.getTime() + lifeMs),
          metadata,
          createdAt: now,
        },
        { ipAddress, userAgent },
      );
      return { secret, lifeMs };
    },
    async wait(tx, { userId, purpose, kind, destination }) {
      const last = await lastIssued(tx.em, subjectOf(userId, destination), purpose, kind);
      return waitSeconds(await readRules(tx.em), last, clock.now());
    },
    consume: (tx, shown) => ('token' in shown ? judgeLink(tx, shown, true) : useCode(tx, shown)),
    peek: (tx, shown) => judgeLink(tx, shown, false),
    invalidate: (tx, userId, purposes) => invalidateProofs(tx.em, userId, purposes, clock.now()),
    sweep: () => deleteOldProofs(db.em(), new Date(clock.now().getTime() - dayMs)),
  };
}

function proofOf({ userId, purpose, destination, channel, metadata }: StoredProof): Proof {
  if (userId === null) throw new Error('a proof that was never sent was right');
  return { userId, purpose, destination, channel, metadata };
}
