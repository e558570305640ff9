import type { AccountAddress, SentView } from '../../../shared/identity/accounts.ts';
import type { MeView } from '../../../shared/identity/contract.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { sqlState } from '../../kernel/db/database.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { accepted } from '../proofs/index.ts';
import type { Proof, ProofRefusal } from '../proofs/index.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import type { AccountService } from './accounts.service.ts';
import { isTaken, lockAccount, setAddress } from './accounts.repository.ts';
import type { AccountRecord } from './accounts.repository.ts';
import { addressOf, assertCanSend } from './address.ts';
import type { Address } from './address.ts';
import type { AccountsDeps } from './deps.ts';
import { addressChanged, sendAddressChange, sendAddressInUse } from './messages.ts';
import { tellAddresses } from './notices.ts';

const purposes = { email: 'email_change', phone: 'phone_change' } as const;
const words = { email: 'e-mail address', phone: 'phone number' } as const;

/** Changing the addresses of one's account: the new one is confirmed first, the old one is told. */
export class ContactService {
  readonly #deps: AccountsDeps;
  readonly #accounts: AccountService;

  constructor(deps: AccountsDeps, accounts: AccountService) {
    this.#deps = deps;
    this.#accounts = accounts;
  }

  /**
   * Sends a code to the new address. One that is somebody else's is answered the same, and its owner is told.
   * @throws AppError step_up_required, rate_limited, mail_unavailable, sms_unavailable
   */
  async change(actor: UserActor, given: AccountAddress): Promise<SentView> {
    const { db, mailer, proofs, clock } = this.#deps;
    const address = addressOf(given);
    const { field, channel, value: destination } = address;
    assertCanSend(mailer, channel);
    await db.transaction(async (tx) => {
      await assertSteppedUp(tx.em, actor, clock.now());
      const code = await proofs.issue(tx, {
        userId: actor.userId,
        purpose: purposes[field],
        kind: 'otp',
        channel,
        destination,
      });
      // The code exists and nobody has it: giving one back is answered as for a free address.
      if (await isTaken(tx.em, address, actor.userId)) await sendAddressInUse(this.#deps, tx, address);
      else await sendAddressChange(this.#deps, tx, address, code);
    });
    return { channel };
  }

  /** @throws AppError wrong_code, proof_invalid, proof_expired, already_used, too_many_attempts */
  async confirm(actor: UserActor, field: Address['field'], code: string): Promise<MeView> {
    const { db } = this.#deps;
    const outcome = await db
      .transaction((tx) => this.#confirm(tx, actor, field, code))
      .catch((error: unknown) => {
        // Two people confirm one address at once, and the other one was faster.
        if (sqlState(error) !== '23505' || !/users_(email|phone)_unique/.test(String(error))) throw error;
        throw new AppError('proof_invalid', undefined, { cause: error });
      });
    accepted(outcome);
    return this.#accounts.me(actor.userId, actor.organizationId);
  }

  async #confirm(
    tx: Transaction,
    actor: UserActor,
    field: Address['field'],
    code: string,
  ): Promise<Proof | ProofRefusal> {
    const { proofs, clock, audit } = this.#deps;
    const account = await lockAccount(tx.em, actor.userId);
    if (!account) throw new AppError('not_found');
    const purpose = purposes[field];
    const proof = await proofs.consume(tx, { userId: actor.userId, destination: null, purpose, code });
    if ('refused' in proof) return proof;
    const address: Address = { field, channel: proof.channel, value: proof.destination };
    // Taken since the code was sent.
    if (await isTaken(tx.em, address, actor.userId)) return { refused: 'proof_invalid' };
    await setAddress(tx.em, actor.userId, address, clock.now());
    // Links that went to the old address must not open the account any more.
    await proofs.invalidate(tx, actor.userId, null);
    const old = account[field];
    audit.record(tx, {
      actor,
      action: `user.${field}_changed`,
      category: 'security',
      severity: 'high',
      resourceType: 'user',
      resourceId: actor.userId,
      old: { [field]: old },
      new: { [field]: address.value },
    });
    // To the addresses that the account had until now: who took it over has the new one.
    if (old !== null && old !== address.value)
      await tellAddresses(this.#deps, tx, { ...account, ...onlyOld(field) }, addressChanged(words[field]));
    return proof;
  }
}

/** The changed address is told at that address; a changed number by mail, where there is an address. */
const onlyOld = (field: Address['field']): Partial<AccountRecord> =>
  field === 'email' ? { phone: null } : {};
