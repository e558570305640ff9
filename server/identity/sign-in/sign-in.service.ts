import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database, Transaction } from '../../kernel/db/database.ts';
import { isUsable } from '../accounts/account.ts';
import type { Attempts } from './attempts.ts';
import { credentialsOf, noteSignIn, saveLockout } from './credentials.repository.ts';
import { afterFailure, lockedUntil } from './lockout.ts';
import { passwordMatches } from './password.ts';
import type { Client, OpenSession, SessionService } from '../sessions/sessions.service.ts';

/** What somebody types to sign in; the e-mail address in lower case. */
export interface SignInInput {
  email: string;
  password: string;
}

// Refusals are returned, not thrown: the failed attempt must be committed.
type Judged =
  | OpenSession
  | { refused: 'invalid_credentials' | 'account_inactive' }
  | { refused: 'account_locked'; until: Date };

/** Signing in with a password. */
export class SignInService {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #attempts: Attempts;
  readonly #sessions: SessionService;

  constructor(deps: { db: Database; clock: Clock; attempts: Attempts; sessions: SessionService }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#attempts = deps.attempts;
    this.#sessions = deps.sessions;
  }

  /**
   * Opens a sign-in. An address without an account takes the same time, gets the same answers and locks in the same way
   * as one with an account.
   * @throws AppError invalid_credentials, account_locked, account_inactive (only after the right password), rate_limited
   */
  async signIn(input: SignInInput, client: Client): Promise<OpenSession> {
    const address = client.address ?? 'unknown';
    this.#attempts.check(input.email, address);
    const outcome = await this.#attempt(input, client);
    if (!('refused' in outcome)) {
      this.#attempts.succeeded(input.email, address);
      return outcome;
    }
    if (outcome.refused !== 'account_inactive') this.#attempts.failed(input.email, address);
    if (outcome.refused === 'account_locked') {
      throw new AppError('account_locked', { until: outcome.until.toISOString() });
    }
    throw new AppError(outcome.refused);
  }

  async #attempt(input: SignInInput, client: Client): Promise<Judged> {
    const account = await credentialsOf(this.#db.em(), input.email);
    const lockout = account?.lockout ?? this.#attempts.phantom(input.email);
    const until = lockedUntil(lockout, this.#clock.now());
    // A locked account costs no hashing: guessing on would otherwise be a way to keep the machine busy.
    if (until) return { refused: 'account_locked', until };
    const right = await passwordMatches(account?.passwordHash ?? null, input.password);
    if (!account) return this.#judgePhantom(input.email);
    return this.#db.transaction((tx) => this.#judge(tx, input.email, right, client));
  }

  /** Judges an attempt under the account's lock: of many at once only the first five count as attempts. */
  async #judge(tx: Transaction, email: string, right: boolean, client: Client): Promise<Judged> {
    const now = this.#clock.now();
    const account = await credentialsOf(tx.em, email, { lock: true });
    if (!account) return { refused: 'invalid_credentials' };
    const until = lockedUntil(account.lockout, now);
    if (until) return { refused: 'account_locked', until };
    if (!right) {
      await saveLockout(tx.em, account.userId, afterFailure(account.lockout, now));
      return { refused: 'invalid_credentials' };
    }
    if (!isUsable(account.account, now)) return { refused: 'account_inactive' };
    await noteSignIn(tx.em, account.userId, now);
    const { userId, tokenVersion } = account;
    return { ...(await this.#sessions.open(tx, userId, client)), userId, tokenVersion };
  }

  #judgePhantom(email: string): Judged {
    const now = this.#clock.now();
    const lockout = this.#attempts.phantom(email);
    const until = lockedUntil(lockout, now);
    if (until) return { refused: 'account_locked', until };
    this.#attempts.setPhantom(email, afterFailure(lockout, now));
    return { refused: 'invalid_credentials' };
  }
}
