import type { AccountAddress, SentView } from '../../../shared/identity/accounts.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { isUsable, unusable } from '../accounts/account.ts';
import type { Unusable } from '../accounts/account.ts';
import { lockByAddress } from '../accounts/accounts.repository.ts';
import type { AccountRecord } from '../accounts/accounts.repository.ts';
import { addressOf, assertCanSend } from '../accounts/address.ts';
import type { Address } from '../accounts/address.ts';
import type { AccountsDeps } from '../accounts/deps.ts';
import { sendSignInCode } from '../accounts/messages.ts';
import { isGuess } from '../proofs/index.ts';
import type { ProofRefusal } from '../proofs/index.ts';
import type { Client, OpenSession } from '../sessions/sessions.service.ts';
import type { Attempts } from './attempts.ts';
import { completeSignIn } from './complete.ts';
import type { MfaRequired } from './complete.ts';
import { countFailure } from './failures.ts';
import { lockedUntil } from './lockout.ts';

// Refusals are returned, not thrown: the failed attempt must be committed.
type Judged =
  | OpenSession
  | MfaRequired
  | ProofRefusal
  | Unusable
  | { refused: 'account_locked'; data: { until: string } };

/** Signing in with a code that was sent to a confirmed address. */
export class OtpService {
  readonly #deps: AccountsDeps & { attempts: Attempts };

  constructor(deps: AccountsDeps & { attempts: Attempts }) {
    this.#deps = deps;
  }

  /**
   * Sends a code, if there is an account that may sign in. Either way the answer is the same.
   * @throws AppError rate_limited, mail_unavailable, sms_unavailable
   */
  async send(given: AccountAddress): Promise<SentView> {
    const { db, mailer, proofs, clock } = this.#deps;
    const address = addressOf(given);
    const { channel, value: destination } = address;
    assertCanSend(mailer, channel);
    await db.transaction(async (tx) => {
      const account = await lockByAddress(tx.em, address);
      const may = account !== null && mayGetCode(account, address, clock.now());
      const code = await proofs.issue(tx, {
        userId: account?.id ?? null,
        phantom: !may,
        purpose: 'login',
        kind: 'otp',
        channel,
        destination,
      });
      if (may) await sendSignInCode(this.#deps, tx, address, code);
      else await mailer.nothing(tx);
    });
    return { channel };
  }

  /**
   * @throws AppError wrong_code, proof_invalid, proof_expired, already_used, too_many_attempts, account_locked,
   *   account_inactive, account_suspended, rate_limited
   */
  async signIn(
    input: AccountAddress & { code: string; rememberMe: boolean },
    client: Client,
  ): Promise<OpenSession | MfaRequired> {
    const { db, attempts } = this.#deps;
    const address = addressOf(input);
    const from = client.address ?? 'unknown';
    attempts.check(address.value, from);
    const outcome = await db.transaction((tx) => this.#judge(tx, address, input, client));
    if ('refused' in outcome) {
      attempts.failed(address.value, from);
      throw new AppError(outcome.refused, 'data' in outcome ? outcome.data : undefined);
    }
    attempts.succeeded(address.value, from);
    return outcome;
  }

  async #judge(
    tx: Transaction,
    address: Address,
    { code, rememberMe }: { code: string; rememberMe: boolean },
    client: Client,
  ): Promise<Judged> {
    const { proofs, clock } = this.#deps;
    const now = clock.now();
    const { value: destination } = address;
    const account = await lockByAddress(tx.em, address);
    const userId = account?.id ?? null;
    const proof = await proofs.consume(tx, { userId, destination, purpose: 'login', code });
    if ('refused' in proof) {
      const suspect = userId === null ? { userId, typed: destination } : { userId };
      if (isGuess(proof)) await countFailure(this.#deps, tx, suspect, 'otp');
      return proof;
    }
    if (!account) throw new Error('a code was right and there is no account');
    // What was locked or changed since the code was sent.
    const until = lockedUntil(account.lockout, now);
    if (until) return { refused: 'account_locked', data: { until: until.toISOString() } };
    if (account[address.field] !== proof.destination) return { refused: 'proof_invalid' };
    const why = unusable(account.account, now);
    if (why) return why;
    const proven = {
      userId: account.id,
      tokenVersion: account.tokenVersion,
      method: 'otp' as const,
      rememberMe,
    };
    return completeSignIn(this.#deps, tx, proven, client);
  }
}

/** Only to an address that was confirmed, and not while the account is locked: each code is five more guesses. */
function mayGetCode(account: AccountRecord, { field }: Address, now: Date): boolean {
  const verified = field === 'email' ? account.emailVerified : account.phoneVerified;
  return verified && isUsable(account.account, now) && !lockedUntil(account.lockout, now);
}
