import type { AccountAddress, RegisterInput, SentView } from '../../../shared/identity/accounts.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { assertEmailDomains } from '../organizations/email-domains.ts';
import { accepted, isGuess } from '../proofs/index.ts';
import type { Proof, ProofPurpose, ProofRefusal } from '../proofs/index.ts';
import { primaryOrganization } from '../sessions/sessions.repository.ts';
import { setting } from '../settings.ts';
import type { Attempts } from '../sign-in/attempts.ts';
import { checkPassword } from '../sign-in/check-password.ts';
import { countFailure } from '../sign-in/failures.ts';
import { lockedUntil } from '../sign-in/lockout.ts';
import { hashPassword } from '../sign-in/password.ts';
import type { Client } from '../sessions/sessions.service.ts';
import { isUsable } from './account.ts';
import { defaultOrganizationId, lockAccount, lockByAddress, markVerified } from './accounts.repository.ts';
import type { AccountRecord } from './accounts.repository.ts';
import { addressOf, assertCanSend } from './address.ts';
import type { Address } from './address.ts';
import { createAccount } from './create-account.ts';
import type { AccountsDeps } from './deps.ts';
import { sendAlreadyRegistered, sendFinishRegistration, sendVerification } from './messages.ts';

const purposes = { email: 'email_verification', phone: 'phone_verification' } as const satisfies Record<
  Address['field'],
  ProofPurpose
>;

/** Registering by oneself, and confirming the address. No answer tells whether an address has an account. */
export class RegistrationService {
  readonly #deps: AccountsDeps & { attempts: Attempts };

  constructor(deps: AccountsDeps & { attempts: Attempts }) {
    this.#deps = deps;
  }

  /** Whether anybody may register. */
  async about(): Promise<{ open: boolean }> {
    const em = this.#deps.db.em();
    return { open: await setting(em, await defaultOrganizationId(em), 'auth.registration_open') };
  }

  /** @throws AppError registration_closed, weak_password, breached_password, mail_unavailable, sms_unavailable */
  async register(input: RegisterInput): Promise<SentView> {
    const { db, mailer } = this.#deps;
    const address = addressOf(input);
    assertCanSend(mailer, address.channel);
    const em = db.em();
    const organizationId = await defaultOrganizationId(em);
    if (!(await setting(em, organizationId, 'auth.registration_open')))
      throw new AppError('registration_closed');
    const email = address.channel === 'email' ? address.value : null;
    await assertEmailDomains(em, organizationId, [{ path: address.field, email }]);
    const least = await setting(em, organizationId, 'auth.password_min_length');
    // Known or not, an address costs the same work.
    await checkPassword(this.#deps, input.password, [input.name, address.value], least);
    const passwordHash = await hashPassword(input.password);
    const register = (): Promise<void> =>
      db.transaction((tx) => this.#register(tx, input, address, { organizationId, passwordHash }));
    // Somebody who registers the same address at the same moment was faster: now there is an account.
    await register().catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'already_exists') return register();
      throw error;
    });
    return { channel: address.channel };
  }

  /** @throws AppError rate_limited, mail_unavailable, sms_unavailable */
  async sendVerification(given: AccountAddress): Promise<SentView> {
    const { db, mailer, clock } = this.#deps;
    const address = addressOf(given);
    assertCanSend(mailer, address.channel);
    await db.transaction(async (tx) => {
      const account = await lockByAddress(tx.em, address);
      const may = account !== null && mayVerify(account, address, clock.now());
      await this.#issue(tx, account?.id ?? null, address, { phantom: !may });
    });
    return { channel: address.channel };
  }

  /**
   * A guess counts as one at the sign-in does: towards the limit of where it comes from, and towards the lock of the account.
   * @throws AppError wrong_code, proof_invalid, proof_expired, already_used, too_many_attempts, account_locked, rate_limited
   */
  async verifyByCode(input: AccountAddress & { code: string }, client: Client): Promise<void> {
    const { db, attempts } = this.#deps;
    const address = addressOf(input);
    const from = client.address ?? 'unknown';
    attempts.check(address.value, from);
    const outcome = await db.transaction((tx) => this.#judge(tx, address, input.code));
    if (!('refused' in outcome)) return;
    attempts.failed(address.value, from);
    throw new AppError(outcome.refused, 'data' in outcome ? outcome.data : undefined);
  }

  async #judge(
    tx: Transaction,
    address: Address,
    code: string,
  ): Promise<Proof | ProofRefusal | { refused: 'account_locked'; data: { until: string } }> {
    const { proofs, clock } = this.#deps;
    const { value: destination } = address;
    const account = await lockByAddress(tx.em, address);
    const userId = account?.id ?? null;
    const proof = await proofs.consume(tx, { userId, destination, purpose: purposes[address.field], code });
    if ('refused' in proof) {
      const suspect = userId === null ? { userId, typed: destination } : { userId };
      if (isGuess(proof)) await countFailure(this.#deps, tx, suspect, 'verification');
      return proof;
    }
    if (!account) throw new Error('a code was right and there is no account');
    const until = lockedUntil(account.lockout, clock.now());
    if (until) return { refused: 'account_locked', data: { until: until.toISOString() } };
    return this.#verified(tx, account, address.field, proof);
  }

  /** @throws AppError proof_invalid, proof_expired, already_used, wrong_purpose */
  async verifyByLink(token: string): Promise<void> {
    const { db, proofs } = this.#deps;
    const purpose = 'email_verification';
    const outcome = await db.transaction(async (tx): Promise<Proof | ProofRefusal> => {
      const proof = await proofs.consume(tx, { purposes: [purpose], token });
      if ('refused' in proof) return proof;
      const account = await lockAccount(tx.em, proof.userId);
      return account ? this.#verified(tx, account, 'email', proof) : { refused: 'proof_invalid' };
    });
    accepted(outcome);
  }

  async #register(
    tx: Transaction,
    input: RegisterInput,
    address: Address,
    made: { organizationId: string; passwordHash: string },
  ): Promise<void> {
    const existing = await lockByAddress(tx.em, address);
    if (existing) return this.#tellOwner(tx, existing, address);
    const confirmFirst = await setting(tx.em, made.organizationId, 'auth.require_verification');
    const user = await createAccount(this.#deps, tx, {
      [address.field]: address.value,
      ...made,
      displayName: input.name,
      role: 'student',
      status: confirmFirst ? 'pending_verification' : 'active',
      locale: input.locale,
      timezone: input.timezone,
    });
    await this.#issue(tx, user.id, address, { phantom: false });
    this.#deps.audit.record(tx, {
      actor: null,
      action: 'user.registered',
      category: 'data_change',
      organizationId: made.organizationId,
      resourceType: 'user',
      resourceId: user.id,
      new: { displayName: user.displayName, [address.field]: address.value, role: 'student' },
    });
  }

  /** Whoever owns the address hears that somebody registered with it; at most once a minute. */
  async #tellOwner(tx: Transaction, account: AccountRecord, address: Address): Promise<void> {
    const { proofs } = this.#deps;
    const { field, channel, value: destination } = address;
    const pending = account.account.status === 'pending_verification';
    // To somebody who has an account nothing is sent that could be used; the wait is the same.
    const proof = pending
      ? ({ userId: account.id, purpose: 'password_reset', kind: 'link', destination } as const)
      : ({ userId: account.id, purpose: purposes[field], kind: 'otp', destination } as const);
    if ((await proofs.wait(tx, proof)) > 0) return;
    const issued = await proofs.issue(tx, { ...proof, channel, phantom: !pending });
    if (pending) await sendFinishRegistration(this.#deps, tx, address, issued);
    else await sendAlreadyRegistered(this.#deps, tx, address);
  }

  /**
   * A code, and for an e-mail address a link.
   * @throws AppError rate_limited
   */
  async #issue(
    tx: Transaction,
    userId: string | null,
    address: Address,
    { phantom }: { phantom: boolean },
  ): Promise<void> {
    const { proofs, mailer } = this.#deps;
    const { field, channel, value: destination } = address;
    const proof = { userId, phantom, purpose: purposes[field], channel, destination };
    const code = await proofs.issue(tx, { ...proof, kind: 'otp' });
    const link = channel === 'email' ? await proofs.issue(tx, { ...proof, kind: 'link' }) : null;
    if (phantom) await mailer.nothing(tx);
    else await sendVerification(this.#deps, tx, address, { code, link });
  }

  async #verified(
    tx: Transaction,
    account: AccountRecord,
    field: Address['field'],
    proof: Proof,
  ): Promise<Proof | ProofRefusal> {
    const { proofs, clock, audit } = this.#deps;
    // The address was changed since: what was proved is not what the account has.
    if (account[field] !== proof.destination) return { refused: 'proof_invalid' };
    await markVerified(tx.em, account.id, field, clock.now());
    await proofs.invalidate(tx, account.id, [purposes[field]]);
    audit.record(tx, {
      actor: null,
      action: `user.${field}_verified`,
      category: 'data_change',
      organizationId: await primaryOrganization(tx.em, account.id),
      resourceType: 'user',
      resourceId: account.id,
      old: { status: account.account.status },
      new: { [`${field}Verified`]: true },
    });
    return proof;
  }
}

/** Whether there is something to confirm, and whether it may be; not while the account is locked, as each code is five more guesses. */
function mayVerify(account: AccountRecord, { field }: Address, now: Date): boolean {
  const verified = field === 'email' ? account.emailVerified : account.phoneVerified;
  if (verified || lockedUntil(account.lockout, now)) return false;
  return account.account.status === 'pending_verification' || isUsable(account.account, now);
}
