import { AppError } from '../../kernel/errors.ts';
import type { Database, Transaction } from '../../kernel/db/database.ts';
import type { Ids } from '../../kernel/ids.ts';
import { unusable } from '../accounts/account.ts';
import type { Unusable } from '../accounts/account.ts';
import { identify } from '../accounts/phone.ts';
import type { Attempts } from './attempts.ts';
import { completeSignIn } from './complete.ts';
import type { MfaRequired } from './complete.ts';
import { credentialsOf } from './credentials.repository.ts';
import type { IdentifierField } from './credentials.repository.ts';
import { countFailure } from './failures.ts';
import type { FailureDeps } from './failures.ts';
import { lockedUntil } from './lockout.ts';
import { passwordMatches } from './password.ts';
import { phantomKeyOf, phantomLockout } from './phantom-lockouts.ts';
import type { Client, OpenSession, SessionService } from '../sessions/sessions.service.ts';

/** What somebody types to sign in. */
export interface SignInInput {
  /** Or a phone number or a username, in lower case. */
  email: string;
  password: string;
  /** Stay signed in for longer on this device. */
  rememberMe: boolean;
}

// Refusals are returned, not thrown: the failed attempt must be committed.
type Judged =
  | OpenSession
  | MfaRequired
  | Unusable
  | { refused: 'invalid_credentials' | 'verification_required' }
  | { refused: 'account_locked'; data: { until: string } };

interface SignInDeps extends FailureDeps {
  db: Database;
  ids: Ids;
  attempts: Attempts;
  sessions: SessionService;
}

/** What was given, and what came of looking at the password before the account was locked. */
interface Attempt {
  who: { field: IdentifierField; value: string };
  passwordHash: string | null;
  right: boolean;
  rememberMe: boolean;
}

const wrongPassword = new Set<string>(['invalid_credentials', 'account_locked']);

/** Signing in with a password. */
export class SignInService {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  /**
   * Opens a sign-in, or asks for the second factor. What nobody is known by takes the same work, gets the same answers and
   * locks in the same way as an account.
   * @throws AppError invalid_credentials, account_locked, account_inactive, account_suspended and verification_required (only
   *   after the right password), rate_limited
   */
  async signIn(input: SignInInput, client: Client): Promise<OpenSession | MfaRequired> {
    const { attempts } = this.#deps;
    const address = client.address ?? 'unknown';
    const who = identify(input.email);
    attempts.check(who.value, address);
    const outcome = await this.#attempt(who, input, client);
    if (!('refused' in outcome)) {
      attempts.succeeded(who.value, address);
      return outcome;
    }
    if (wrongPassword.has(outcome.refused)) attempts.failed(who.value, address);
    throw new AppError(outcome.refused, 'data' in outcome ? outcome.data : undefined);
  }

  async #attempt(
    who: Attempt['who'],
    { password, rememberMe }: SignInInput,
    client: Client,
  ): Promise<Judged> {
    const { db, clock, secrets } = this.#deps;
    const em = db.em();
    const account = await credentialsOf(em, who);
    const phantom = await phantomLockout(em, phantomKeyOf(secrets, who.value));
    const until = lockedUntil(account?.lockout ?? phantom, clock.now());
    // A locked account costs no hashing: guessing on would otherwise be a way to keep the machine busy.
    if (until) return locked(until);
    const passwordHash = account?.passwordHash ?? null;
    const right = await passwordMatches(passwordHash, password);
    return db.transaction((tx) => this.#judge(tx, { who, passwordHash, right, rememberMe }, client));
  }

  /** Judges an attempt under the account's lock: of many at once only the first five count as attempts. */
  async #judge(tx: Transaction, attempt: Attempt, client: Client): Promise<Judged> {
    const { who, passwordHash, right, rememberMe } = attempt;
    const now = this.#deps.clock.now();
    const account = await credentialsOf(tx.em, who, { lock: true });
    // Somebody may have changed it since it was looked at.
    if (!account || !right || account.passwordHash !== passwordHash) {
      const suspect = account ? { userId: account.userId } : { userId: null, typed: who.value };
      const before = await countFailure(this.#deps, tx, suspect, 'password');
      return before ? locked(before) : { refused: 'invalid_credentials' };
    }
    const until = lockedUntil(account.lockout, now);
    if (until) return locked(until);
    if (account.account.status === 'pending_verification') return { refused: 'verification_required' };
    const why = unusable(account.account, now);
    if (why) return why;
    if (account.confirmOnReturn) return { refused: 'verification_required' };
    const { userId, tokenVersion } = account;
    return completeSignIn(this.#deps, tx, { userId, tokenVersion, method: 'password', rememberMe }, client);
  }
}

const locked = (until: Date): Judged => ({ refused: 'account_locked', data: { until: until.toISOString() } });
