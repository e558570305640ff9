import type { AccountAddress, SentView } from '../../../shared/identity/accounts.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { isUsable } from '../accounts/account.ts';
import { lockByAddress } from '../accounts/accounts.repository.ts';
import type { AccountRecord } from '../accounts/accounts.repository.ts';
import { addressOf, assertCanSend } from '../accounts/address.ts';
import type { Address } from '../accounts/address.ts';
import type { AccountsDeps } from '../accounts/deps.ts';
import { sendSignInCode } from '../accounts/messages.ts';
import { countFailure } from '../accounts/password.service.ts';
import { accepted, readRules } from '../proofs/index.ts';
import type { ProofRefusal } from '../proofs/index.ts';
import type { Client, OpenSession } from '../sessions/sessions.service.ts';
import type { Attempts } from './attempts.ts';
import { completeSignIn } from './complete.ts';
import type { MfaRequired } from './complete.ts';
import { afterFailure, lockedUntil } from './lockout.ts';

// Refusals are returned, not thrown: the failed attempt must be committed.
type Judged = OpenSession | MfaRequired | ProofRefusal | { locked: Date };

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
    const { db, mailer, proofs, phantoms, clock } = this.#deps;
    const address = addressOf(given);
    const { channel, value: destination } = address;
    assertCanSend(mailer, channel);
    await db.transaction(async (tx) => {
      const account = await lockByAddress(tx.em, address);
      if (!account || !mayGetCode(account, address, clock.now())) {
        phantoms.issue('login', destination, await readRules(tx.em));
        return;
      }
      const code = await proofs.issue(tx, {
        userId: account.id,
        purpose: 'login',
        kind: 'otp',
        channel,
        destination,
      });
      phantoms.forget('login', destination);
      await sendSignInCode(this.#deps, tx, address, code);
    });
    return { channel };
  }

  /**
   * @throws AppError wrong_code, proof_invalid, proof_expired, already_used, wrong_purpose, too_many_attempts, account_locked,
   *   rate_limited
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
    if ('locked' in outcome) {
      attempts.failed(address.value, from);
      throw new AppError('account_locked', { until: outcome.locked.toISOString() });
    }
    if ('refused' in outcome) attempts.failed(address.value, from);
    else attempts.succeeded(address.value, from);
    return accepted(outcome);
  }

  async #judge(
    tx: Transaction,
    address: Address,
    { code, rememberMe }: { code: string; rememberMe: boolean },
    client: Client,
  ): Promise<Judged> {
    const { proofs, phantoms, clock } = this.#deps;
    const now = clock.now();
    const account = await lockByAddress(tx.em, address);
    if (!account || phantoms.has('login', address.value)) return this.#refuse(tx, account, address);
    const proof = await proofs.consume(tx, { userId: account.id, purpose: 'login', code });
    if ('refused' in proof) {
      if (counts(proof)) await countFailure(this.#deps, tx, account);
      return proof;
    }
    // What was locked or changed since the code was sent.
    const until = lockedUntil(account.lockout, now);
    if (until) return { locked: until };
    if (!isUsable(account.account, now) || account[address.field] !== proof.destination)
      return { refused: 'proof_invalid' };
    const { id: userId, tokenVersion } = account;
    return completeSignIn(this.#deps, tx, { userId, tokenVersion, method: 'otp', rememberMe }, client);
  }

  /** There was never a code. Wrong ones count as they would have. */
  async #refuse(tx: Transaction, account: AccountRecord | null, { value }: Address): Promise<ProofRefusal> {
    const { phantoms, attempts, clock } = this.#deps;
    const refusal = phantoms.refuse('login', value);
    if (!counts(refusal)) return refusal;
    if (account) await countFailure(this.#deps, tx, account);
    else attempts.setPhantom(value, afterFailure(attempts.phantom(value), clock.now()));
    return refusal;
  }
}

const counts = ({ refused }: ProofRefusal): boolean =>
  refused === 'wrong_code' || refused === 'wrong_purpose';

/** Only to an address that was confirmed, and not while the account is locked: each code is five more guesses. */
function mayGetCode(account: AccountRecord, { field }: Address, now: Date): boolean {
  const verified = field === 'email' ? account.emailVerified : account.phoneVerified;
  return verified && isUsable(account.account, now) && !lockedUntil(account.lockout, now);
}
