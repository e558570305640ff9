import type { AccountAddress, SentView } from '../../../shared/identity/accounts.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { accepted } from '../proofs/index.ts';
import type { Proof, ProofRefusal } from '../proofs/index.ts';
import { primaryOrganization } from '../sessions/sessions.repository.ts';
import { settingsAround } from '../settings.ts';
import { checkPassword } from '../sign-in/check-password.ts';
import { countFailure } from '../sign-in/failures.ts';
import { lockedUntil } from '../sign-in/lockout.ts';
import { hashPassword, passwordMatches } from '../sign-in/password.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import { assertUsable, isUsable } from './account.ts';
import { findAccount, lockAccount, lockByAddress, markVerified, setPassword } from './accounts.repository.ts';
import type { AccountRecord } from './accounts.repository.ts';
import { addressOf, assertCanSend } from './address.ts';
import type { AccountsDeps } from './deps.ts';
import { passwordChanged, sendPasswordReset } from './messages.ts';
import { tellAccount } from './notices.ts';

/** What a password is changed to, and which sign-in goes on. */
interface Change {
  hash: string;
  action: 'password.changed' | 'password.reset';
  actor: UserActor | null;
  now: Date;
}

/** Proofs that end with the password they were sent beside. */
const stale = ['password_reset', 'onboarding', 'login', 'email_change', 'phone_change'] as const;

/** Forgotten and changed passwords. */
export class PasswordService {
  readonly #deps: AccountsDeps;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  /**
   * Sends a link, if there is an account that may have one; asking again within a minute sends nothing. Either way the answer
   * is the same.
   * @throws AppError mail_unavailable, sms_unavailable
   */
  async requestReset(given: AccountAddress): Promise<SentView> {
    const { db, mailer, proofs, clock, audit } = this.#deps;
    const address = addressOf(given);
    const { channel, value: destination } = address;
    assertCanSend(mailer, channel);
    await db.transaction(async (tx) => {
      const account = await lockByAddress(tx.em, address);
      const userId = account?.id ?? null;
      const may = account !== null && mayReset(account, clock.now());
      const link = { userId, purpose: 'password_reset', kind: 'link', destination } as const;
      if ((await proofs.wait(tx, link)) > 0) return;
      const issued = await proofs.issue(tx, { ...link, channel, phantom: !may });
      audit.record(tx, {
        actor: null,
        action: 'password.reset_requested',
        category: 'security',
        resourceType: 'user',
        ...(userId === null ? {} : { resourceId: userId }),
        organizationId: await primaryOrganization(tx.em, userId),
        metadata: { channel, sent: may },
      });
      if (may) await sendPasswordReset(this.#deps, tx, address, issued);
      else await mailer.nothing(tx);
    });
    return { channel };
  }

  /**
   * Sets a password with the token of a link: all sign-ins end. Whoever follows the link reads the address, so it is confirmed
   * with it. A password that is refused leaves the link as it was.
   * @throws AppError weak_password, breached_password, proof_invalid, proof_expired, already_used, wrong_purpose,
   *   account_inactive, account_suspended
   */
  async reset(token: string, password: string): Promise<void> {
    const { db, proofs, clock } = this.#deps;
    const shown = { purposes: ['password_reset', 'onboarding'], token } as const;
    const { userId } = accepted(await db.transaction((tx) => proofs.peek(tx, shown)));
    await this.#check(userId, password);
    const hash = await hashPassword(password);
    const outcome = await db.transaction(async (tx): Promise<Proof | ProofRefusal> => {
      const proof = await proofs.consume(tx, shown);
      if ('refused' in proof) return proof;
      const account = await lockAccount(tx.em, proof.userId);
      const now = clock.now();
      if (!account) throw new AppError('account_inactive');
      if (!mayReset(account, now)) assertUsable(account.account, now);
      await this.#set(tx, account, { hash, action: 'password.reset', actor: null, now });
      const field = proof.channel === 'email' ? 'email' : 'phone';
      if (account[field] === proof.destination) await markVerified(tx.em, account.id, field, now);
      return proof;
    });
    accepted(outcome);
  }

  /**
   * Changes the own password; this sign-in goes on, all others end.
   * @throws AppError invalid_credentials, account_locked, step_up_required, weak_password, breached_password
   */
  async change(actor: UserActor, input: { currentPassword?: string; newPassword: string }): Promise<void> {
    const { db, clock } = this.#deps;
    const { currentPassword, newPassword } = input;
    const account = await findAccount(db.em(), actor.userId);
    if (!account) throw new AppError('not_found');
    if (account.passwordHash === null) await assertSteppedUp(db.em(), actor, clock.now());
    else await this.#prove(actor, account, currentPassword);
    if (newPassword === currentPassword) throw new AppError('weak_password', { reasons: ['unchanged'] });
    await this.#check(actor.userId, newPassword);
    const hash = await hashPassword(newPassword);
    await db.transaction(async (tx) => {
      const locked = await lockAccount(tx.em, actor.userId);
      if (!locked) throw new AppError('not_found');
      // Somebody else has changed it meanwhile: what was proved is not true any more.
      if (locked.passwordHash !== account.passwordHash) throw new AppError('invalid_credentials');
      await this.#set(tx, locked, { hash, action: 'password.changed', actor, now: clock.now() });
    });
  }

  /** The old password, counted like one at the sign-in: a stolen session is no way to guess on. */
  async #prove(actor: UserActor, account: AccountRecord, password: string | undefined): Promise<void> {
    const { db, clock } = this.#deps;
    const until = lockedUntil(account.lockout, clock.now());
    if (until) throw new AppError('account_locked', { until: until.toISOString() });
    if (password !== undefined && (await passwordMatches(account.passwordHash, password))) return;
    if (password !== undefined) {
      await db.transaction(async (tx) => {
        await countFailure(this.#deps, tx, { userId: account.id, actor }, 'password_change');
      });
    }
    throw new AppError('invalid_credentials', undefined, { detail: 'The password is not right.' });
  }

  async #check(userId: string, password: string): Promise<void> {
    const em = this.#deps.db.em();
    const account = await findAccount(em, userId);
    const least = Math.max(...(await settingsAround(em, userId, 'auth.password_min_length')));
    await checkPassword(this.#deps, password, [account?.displayName, account?.email, account?.phone], least);
  }

  async #set(tx: Transaction, account: AccountRecord, { hash, action, actor, now }: Change): Promise<void> {
    const { sessions, proofs, audit } = this.#deps;
    await setPassword(tx.em, account.id, hash, { now, raise: actor === null });
    await sessions.endAll(tx, account.id, 'password_changed', actor, {
      except: actor?.authSessionId ?? null,
    });
    // Whatever was sent while the old password was good may be in the wrong hands.
    await proofs.invalidate(tx, account.id, stale);
    audit.record(tx, {
      actor,
      action,
      category: 'security',
      severity: 'high',
      organizationId: await primaryOrganization(tx.em, account.id),
      resourceType: 'user',
      resourceId: account.id,
    });
    await tellAccount(this.#deps, tx, account.id, passwordChanged(this.#deps, { reset: actor === null }));
  }
}

const mayReset = ({ account }: AccountRecord, now: Date): boolean =>
  account.status === 'pending_verification' || isUsable(account, now);
