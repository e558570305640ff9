import type { AccountAddress, SentView } from '../../../shared/identity/accounts.ts';
import type { MeView } from '../../../shared/identity/contract.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import { accepted } from '../proofs/index.ts';
import type { Proof, ProofRefusal } from '../proofs/index.ts';
import { assertSteppedUp } from '../sign-in/step-up.ts';
import type { AccountService } from './accounts.service.ts';
import { isTaken, lockAccount, setAddress } from './accounts.repository.ts';
import { addressOf, assertCanSend } from './address.ts';
import type { Address } from './address.ts';
import type { AccountsDeps } from './deps.ts';
import { addressChanged, sendAddressChange, sendAddressInUse, sendNotice } from './messages.ts';

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

  /** @throws AppError wrong_code, proof_invalid, proof_expired, already_used, wrong_purpose, too_many_attempts */
  async confirm(actor: UserActor, field: Address['field'], code: string): Promise<MeView> {
    const { db, proofs, clock, audit } = this.#deps;
    const outcome = await db.transaction(async (tx): Promise<Proof | ProofRefusal> => {
      const account = await lockAccount(tx.em, actor.userId);
      if (!account) throw new AppError('not_found');
      const proof = await proofs.consume(tx, { userId: actor.userId, purpose: purposes[field], code });
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
      if (old !== null && old !== address.value) {
        const to = { email: field === 'email' ? old : account.email, phone: field === 'phone' ? old : null };
        await sendNotice(this.#deps, tx, to, addressChanged(words[field]));
      }
      return proof;
    });
    accepted(outcome);
    return this.#accounts.me(actor.userId, actor.organizationId);
  }
}
