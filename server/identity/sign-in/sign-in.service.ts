import { AppError } from '../../kernel/errors.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database, Transaction } from '../../kernel/db/database.ts';
import { isUsable } from '../accounts/account.ts';
import type { Audit } from '../../audit/index.ts';
import type { Ids } from '../../kernel/ids.ts';
import { tellLocked } from '../accounts/locked-notice.ts';
import type { MessageDeps } from '../accounts/messages.ts';
import { identify } from '../accounts/phone.ts';
import { primaryOrganization } from '../sessions/sessions.repository.ts';
import type { Attempts } from './attempts.ts';
import { completeSignIn } from './complete.ts';
import type { MfaRequired } from './complete.ts';
import { credentialsOf, saveLockout } from './credentials.repository.ts';
import { afterFailure, lockedUntil } from './lockout.ts';
import { passwordMatches } from './password.ts';
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
  | { refused: 'invalid_credentials' | 'account_inactive' | 'verification_required' }
  | { refused: 'account_locked'; until: Date };

interface SignInDeps extends MessageDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  audit: Audit;
  attempts: Attempts;
  sessions: SessionService;
}

const rightPassword = new Set<string>(['account_inactive', 'verification_required']);

/** Signing in with a password. */
export class SignInService {
  readonly #deps: SignInDeps;
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #attempts: Attempts;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#attempts = deps.attempts;
  }

  /**
   * Opens a sign-in, or asks for the second factor. An address without an account takes the same time, gets the same answers and locks in the same way
   * as one with an account.
   * @throws AppError invalid_credentials, account_locked, account_inactive and verification_required (only after the right
   *   password), rate_limited
   */
  async signIn(input: SignInInput, client: Client): Promise<OpenSession | MfaRequired> {
    const address = client.address ?? 'unknown';
    this.#attempts.check(input.email, address);
    const outcome = await this.#attempt(input, client);
    if (!('refused' in outcome)) {
      this.#attempts.succeeded(input.email, address);
      return outcome;
    }
    if (!rightPassword.has(outcome.refused)) this.#attempts.failed(input.email, address);
    if (outcome.refused === 'account_locked') {
      throw new AppError('account_locked', { until: outcome.until.toISOString() });
    }
    throw new AppError(outcome.refused);
  }

  async #attempt(input: SignInInput, client: Client): Promise<Judged> {
    const account = await credentialsOf(this.#db.em(), identify(input.email));
    const lockout = account?.lockout ?? this.#attempts.phantom(input.email);
    const until = lockedUntil(lockout, this.#clock.now());
    // A locked account costs no hashing: guessing on would otherwise be a way to keep the machine busy.
    if (until) return { refused: 'account_locked', until };
    const right = await passwordMatches(account?.passwordHash ?? null, input.password);
    if (!account) return this.#judgePhantom(input.email);
    return this.#db.transaction((tx) => this.#judge(tx, input, right, client));
  }

  /** Judges an attempt under the account's lock: of many at once only the first five count as attempts. */
  async #judge(tx: Transaction, input: SignInInput, right: boolean, client: Client): Promise<Judged> {
    const now = this.#clock.now();
    const account = await credentialsOf(tx.em, identify(input.email), { lock: true });
    if (!account) return { refused: 'invalid_credentials' };
    const until = lockedUntil(account.lockout, now);
    if (until) return { refused: 'account_locked', until };
    if (!right) {
      const lockout = afterFailure(account.lockout, now);
      await saveLockout(tx.em, account.userId, lockout);
      await tellLocked(this.#deps, tx, account.userId, lockedUntil(lockout, now));
      await this.#auditFailure(tx, account.userId, lockedUntil(lockout, now));
      return { refused: 'invalid_credentials' };
    }
    if (account.account.status === 'pending_verification') return { refused: 'verification_required' };
    if (!isUsable(account.account, now)) return { refused: 'account_inactive' };
    const { userId, tokenVersion } = account;
    const { rememberMe } = input;
    return completeSignIn(this.#deps, tx, { userId, tokenVersion, method: 'password', rememberMe }, client);
  }

  async #auditFailure(tx: Transaction, userId: string, until: Date | null): Promise<void> {
    this.#deps.audit.record(tx, {
      actor: null,
      action: until ? 'user.locked' : 'sign_in.failed',
      category: 'authentication',
      severity: until ? 'high' : 'medium',
      resourceType: 'user',
      resourceId: userId,
      organizationId: await primaryOrganization(tx.em, userId),
      metadata: { method: 'password', ...(until ? { until: until.toISOString() } : {}) },
    });
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
