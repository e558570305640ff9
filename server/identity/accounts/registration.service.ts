import type { AccountAddress, RegisterInput, SentView } from '../../../shared/identity/accounts.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { accepted, readRules } from '../proofs/index.ts';
import type { Proof, ProofPurpose, ProofRefusal } from '../proofs/index.ts';
import { primaryOrganization } from '../sessions/sessions.repository.ts';
import { setting } from '../settings.ts';
import { checkPassword } from '../sign-in/check-password.ts';
import { hashPassword } from '../sign-in/password.ts';
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
  readonly #deps: AccountsDeps;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
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
    const { db, mailer, proofs, phantoms, clock } = this.#deps;
    const address = addressOf(given);
    assertCanSend(mailer, address.channel);
    await db.transaction(async (tx) => {
      const account = await lockByAddress(tx.em, address);
      const purpose = purposes[address.field];
      if (!account || !mayVerify(account, address, clock.now())) {
        phantoms.issue(purpose, address.value, await readRules(tx.em));
        return;
      }
      const code = { userId: account.id, purpose, kind: 'otp' } as const;
      const wait = await proofs.wait(tx, code);
      if (wait > 0) throw new AppError('rate_limited', { retryAfterSeconds: wait });
      await this.#issue(tx, account.id, address);
    });
    return { channel: address.channel };
  }

  /** @throws AppError wrong_code, proof_invalid, proof_expired, already_used, wrong_purpose, too_many_attempts */
  async verifyByCode(input: AccountAddress & { code: string }): Promise<void> {
    const { db, proofs, phantoms } = this.#deps;
    const address = addressOf(input);
    const purpose = purposes[address.field];
    const outcome = await db.transaction(async (tx): Promise<Proof | ProofRefusal> => {
      const account = await lockByAddress(tx.em, address);
      if (!account || phantoms.has(purpose, address.value)) return phantoms.refuse(purpose, address.value);
      const proof = await proofs.consume(tx, { userId: account.id, purpose, code: input.code });
      return 'refused' in proof ? proof : this.#verified(tx, account, address.field, proof);
    });
    accepted(outcome);
  }

  /** @throws AppError proof_invalid, proof_expired, already_used, wrong_purpose */
  async verifyByLink(token: string): Promise<void> {
    const { db, proofs } = this.#deps;
    const outcome = await db.transaction(async (tx): Promise<Proof | ProofRefusal> => {
      const proof = await proofs.consume(tx, { purpose: 'email_verification', token });
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
    await this.#issue(tx, user.id, address);
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
    const { proofs, phantoms } = this.#deps;
    const purpose = purposes[address.field];
    const rules = await readRules(tx.em);
    if (account.account.status === 'pending_verification') {
      const link = { userId: account.id, purpose: 'password_reset', kind: 'link' } as const;
      if ((await proofs.wait(tx, link)) > 0) return;
      const destination = { channel: address.channel, destination: address.value };
      const token = await proofs.issue(tx, { ...link, ...destination });
      await sendFinishRegistration(this.#deps, tx, address, token);
      return;
    }
    try {
      phantoms.issue(purpose, address.value, rules);
    } catch (error) {
      if (error instanceof AppError && error.code === 'rate_limited') return;
      throw error;
    }
    await sendAlreadyRegistered(this.#deps, tx, address);
  }

  /** A code, and for an e-mail address a link. */
  async #issue(tx: Transaction, userId: string, address: Address): Promise<void> {
    const { proofs, phantoms } = this.#deps;
    const { field, channel, value: destination } = address;
    const proof = { userId, purpose: purposes[field], channel, destination };
    const code = await proofs.issue(tx, { ...proof, kind: 'otp' });
    const token = channel === 'email' ? await proofs.issue(tx, { ...proof, kind: 'link' }) : null;
    phantoms.forget(purposes[field], destination);
    await sendVerification(this.#deps, tx, address, { code, token });
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

/** Whether there is something to confirm, and whether it may be. */
function mayVerify(account: AccountRecord, { field }: Address, now: Date): boolean {
  const verified = field === 'email' ? account.emailVerified : account.phoneVerified;
  return !verified && (account.account.status === 'pending_verification' || isUsable(account.account, now));
}
