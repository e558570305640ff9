import type { EntityManager } from '@mikro-orm/postgresql';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import { invitationDays, invitedRole } from '../../../shared/identity/invitations.ts';
import type {
  InvitationOutcome,
  InvitationPreview,
  InvitationStatus,
  InvitationView,
  NewInvitationsInput,
} from '../../../shared/identity/invitations.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { hashSecret, newSecret } from '../../kernel/secrets.ts';
import type { Who } from '../access/access.ts';
import { giverIn } from '../access/giver.ts';
import { createAccount } from '../accounts/create-account.ts';
import { User } from '../accounts/user.entity.ts';
import type { AreaDeps } from '../deps.ts';
import type { Client, OpenSession } from '../sessions/sessions.service.ts';
import { checkPassword } from '../sign-in/check-password.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import type { MfaRequired } from '../sign-in/complete.ts';
import { setting } from '../settings.ts';
import { hashPassword } from '../sign-in/password.ts';
import { assertEmailDomains, emailDomainsOf, isOfDomains } from './email-domains.ts';
import { invitationMail } from './invitation-mail.ts';
import {
  expireInvitations,
  findInvitation,
  insertInvitation,
  invitationOf,
  listInvitations,
  setInvitation,
  takenAddresses,
} from './invitations.repository.ts';
import type { AddressedRow, InvitationRow } from './invitations.repository.ts';
import { presentInvitation, presentPreview } from './invitations.presenter.ts';
import { ensurePrimary, join } from './joining.ts';
import { administers, mayGive } from './membership.ts';
import { giveRole, lockPerson, membershipIn } from './memberships.repository.ts';
import { findOrganization } from './organizations.repository.ts';
import { standingIn } from './standing.ts';

const dayMs = 86_400_000;
/** Between two mails about one invitation: they hold a text of the sender's. */
const resendPauseMs = 60_000;

/** When the last mail about it went out: its time runs from then. */
const sentAt = (row: Pick<InvitationRow, 'expires_at'>): number =>
  new Date(row.expires_at).getTime() - invitationDays * dayMs;

/** What an invitation hands out. */
interface Gift {
  grantRole: string;
  membershipRole: MembershipRole;
}

/** Asking people into an organization by mail. */
export class InvitationService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** @throws AppError role_level, mail_unavailable, invalid_input (an address of a domain that the organization does not take) */
  async create(
    actor: UserActor,
    organizationId: string,
    input: NewInvitationsInput,
  ): Promise<{ items: InvitationOutcome[] }> {
    const { db, clock } = this.#deps;
    const emails = [...new Set(input.emails)];
    return db.transaction(async (tx) => {
      await this.#requireInvite(tx.em, actor, organizationId);
      this.#assertMail();
      // Two people who invite the same address at the same time do it one after the other.
      await findOrganization(tx.em, organizationId, actor.userId, 'for no key update of o');
      await this.#assertMayGive(tx.em, actor, organizationId, input);
      await assertEmailDomains(
        tx.em,
        organizationId,
        emails.map((email, at) => ({ path: `emails.${at}`, email })),
      );
      await expireInvitations(tx.em, clock.now(), organizationId);
      const { members, invited } = await takenAddresses(tx.em, organizationId, emails);
      const items: InvitationOutcome[] = [];
      for (const email of emails) {
        if (members.has(email)) items.push({ email, outcome: 'already_member', invitation: null });
        else if (invited.has(email)) items.push({ email, outcome: 'already_invited', invitation: null });
        else {
          const invitation = await this.#invite(tx, actor, organizationId, email, input);
          items.push({ email, outcome: 'invited', invitation });
        }
      }
      return { items };
    });
  }

  async list(
    actor: UserActor,
    organizationId: string,
    filter: { status?: InvitationStatus; cursor?: string; limit: number },
  ): Promise<{ items: InvitationView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#requireInvite(em, actor, organizationId);
    const rows = await listInvitations(em, organizationId, filter, this.#deps.clock.now());
    const items = rows.slice(0, filter.limit).map(presentInvitation);
    return { items, nextCursor: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
  }

  /** @throws AppError role_level, conflict when it is answered already */
  async revoke(actor: UserActor, organizationId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      const row = await this.#loadOpen(tx, actor, organizationId, invitationId);
      const now = this.#deps.clock.now();
      await setInvitation(tx.em, row.id, { status: 'revoked' }, now);
      this.#audit(tx, actor, row, 'invitation.revoked');
      return this.#present(tx, row);
    });
  }

  /** @throws AppError role_level, conflict when it is answered already, mail_unavailable, rate_limited (once a minute) */
  async resend(actor: UserActor, organizationId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      const row = await this.#loadOpen(tx, actor, organizationId, invitationId);
      this.#assertMail();
      const now = this.#deps.clock.now();
      const waits = sentAt(row) + resendPauseMs - now.getTime();
      if (waits > 0) throw new AppError('rate_limited', { retryAfterSeconds: Math.ceil(waits / 1000) });
      const { secret, hash } = newSecret();
      await setInvitation(
        tx.em,
        row.id,
        // Whoever sends it vouches for it from now on.
        { token_hash: hash, status: 'pending', expires_at: this.#expiry(), invited_by: actor.userId },
        now,
      );
      await this.#mail(tx, actor, organizationId, row, secret);
      this.#audit(tx, actor, row, 'invitation.resent');
      return this.#present(tx, row);
    });
  }

  /** @throws AppError invitation_invalid */
  async preview(token: string): Promise<InvitationPreview> {
    const em = this.#deps.db.em();
    const row = await invitationOf(em, hashSecret(token), this.#deps.clock.now());
    return presentPreview(await this.#assertValid(em, row));
  }

  /** @throws AppError invitation_invalid (also for an account that it was not sent to), verification_required */
  async accept(actor: UserActor, token: string): Promise<{ organizationId: string }> {
    return this.#deps.db.transaction(async (tx) => {
      const row = await this.#open(tx, token);
      await lockPerson(tx.em, actor.userId);
      const user = await tx.em.findOneOrFail(User, { id: actor.userId });
      if (user.email !== row.email) throw new AppError('invitation_invalid');
      if (!user.emailVerifiedAt) throw new AppError('verification_required');
      await this.#take(tx, actor.userId, row);
      await this.#answer(tx, row, actor.userId);
      this.#audit(tx, actor, row, 'invitation.accepted');
      return { organizationId: row.organization_id };
    });
  }

  /** @throws AppError invitation_invalid, already_exists (sign in instead), weak_password, breached_password */
  async register(
    input: { token: string; displayName: string; password: string },
    client: Client,
  ): Promise<OpenSession | MfaRequired> {
    const { db } = this.#deps;
    const em = db.em();
    const found = await invitationOf(em, hashSecret(input.token), this.#deps.clock.now());
    const { email, organization_id: organizationId } = await this.#assertValid(em, found);
    const least = await setting(em, organizationId, 'auth.password_min_length');
    // Outside of the transaction: it takes time, and asks another server.
    await checkPassword(this.#deps, input.password, [input.displayName, email], least);
    const passwordHash = await hashPassword(input.password);
    return db.transaction(async (tx) => {
      const row = await this.#open(tx, input.token);
      const user = await createAccount(this.#deps, tx, {
        email: row.email,
        // The link came by mail.
        emailVerified: true,
        displayName: input.displayName,
        passwordHash,
        role: invitedRole.parse(row.grant_role),
        organizationId: row.organization_id,
        membershipRole: row.membership_role,
        status: 'active',
      });
      await tx.em.flush();
      if (administers(row.membership_role)) await this.#giveRole(tx, user.id, row, 'admin');
      await this.#answer(tx, row, user.id);
      this.#audit(tx, null, row, 'invitation.accepted', { userId: user.id, registered: true });
      return completeSignIn(
        this.#deps,
        tx,
        { userId: user.id, tokenVersion: user.tokenVersion, method: 'password', rememberMe: false },
        client,
      );
    });
  }

  /** @throws AppError invitation_invalid */
  async decline(token: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const row = await this.#open(tx, token);
      const now = this.#deps.clock.now();
      await setInvitation(tx.em, row.id, { status: 'declined', declined_at: now }, now);
      this.#audit(tx, null, row, 'invitation.declined');
    });
  }

  /** For the sweep: what nobody has answered in time. */
  async expire(): Promise<void> {
    await expireInvitations(this.#deps.db.em(), this.#deps.clock.now());
  }

  async #invite(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    email: string,
    input: NewInvitationsInput,
  ): Promise<InvitationView> {
    const { clock, ids } = this.#deps;
    const { secret, hash } = newSecret();
    const { grantRole, membershipRole, message } = input;
    const id = ids.uuid();
    await insertInvitation(tx.em, {
      id,
      organizationId,
      email,
      grantRole,
      membershipRole,
      message: message === '' ? null : message,
      tokenHash: hash,
      invitedBy: actor.userId,
      expiresAt: this.#expiry(),
      now: clock.now(),
    });
    const row = await this.#load(tx, organizationId, id);
    await this.#mail(tx, actor, organizationId, row, secret);
    this.#audit(tx, actor, row, 'invitation.sent');
    return presentInvitation(row);
  }

  async #mail(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    row: Pick<InvitationRow, 'email' | 'message'>,
    secret: string,
  ): Promise<void> {
    const organization = await findOrganization(tx.em, organizationId, actor.userId);
    await this.#deps.mailer.mail(
      tx,
      invitationMail({
        to: row.email,
        organization: organization?.name ?? '',
        inviter: actor.displayName,
        message: row.message,
        link: `${this.#deps.publicUrl()}/invitation?token=${secret}`,
      }),
    );
  }

  /** Makes the account of the address a member, with what the invitation hands out. Who is one already stays what they are. */
  async #take(tx: Transaction, userId: string, row: AddressedRow): Promise<void> {
    const existing = await membershipIn(tx.em, userId, row.organization_id);
    if (existing) throw new AppError('invitation_invalid');
    await this.#giveRole(tx, userId, row, row.grant_role);
    await join(this.#deps, tx, {
      userId,
      organizationId: row.organization_id,
      role: row.membership_role,
      by: row.invited_by,
    });
    await ensurePrimary(this.#deps, tx, userId);
  }

  async #giveRole(tx: Transaction, userId: string, row: AddressedRow, slug: string): Promise<void> {
    const { organization_id: organizationId, invited_by: by } = row;
    await giveRole(tx.em, { userId, organizationId, slug, by, now: this.#deps.clock.now() });
  }

  async #answer(tx: Transaction, row: AddressedRow, userId: string): Promise<void> {
    const now = this.#deps.clock.now();
    await setInvitation(tx.em, row.id, { status: 'accepted', accepted_by: userId, accepted_at: now }, now);
  }

  async #open(tx: Transaction, token: string): Promise<AddressedRow> {
    const row = await invitationOf(tx.em, hashSecret(token), this.#deps.clock.now(), 'for update of i');
    return this.#assertValid(tx.em, row);
  }

  /**
   * An invitation holds as long as whoever sent it might send it again: it must not outlast their rights, nor open an
   * organization that is closed.
   */
  async #assertValid(em: EntityManager, row: AddressedRow | null): Promise<AddressedRow> {
    if (!row || row.status !== 'pending' || row.invited_by === null) throw new AppError('invitation_invalid');
    const { invited_by: inviter, organization_id: id } = row;
    const { allowed } = await this.#deps.access.explain(em, inviter, 'organization.invite', {
      type: 'organization',
      id,
    });
    const gift = { grantRole: row.grant_role, membershipRole: row.membership_role };
    if (!isOfDomains(row.email, await emailDomainsOf(em, id))) throw new AppError('invitation_invalid');
    if (!allowed || !(await this.#mayGive(em, { userId: inviter }, id, gift)))
      throw new AppError('invitation_invalid');
    return row;
  }

  async #loadOpen(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    invitationId: string,
  ): Promise<InvitationRow> {
    await this.#requireInvite(tx.em, actor, organizationId);
    const row = await this.#load(tx, organizationId, invitationId);
    const gift = { grantRole: row.grant_role, membershipRole: row.membership_role };
    await this.#assertMayGive(tx.em, actor, organizationId, gift);
    if (row.status !== 'pending' && row.status !== 'expired') throw new AppError('conflict');
    return row;
  }

  async #load(tx: Transaction, organizationId: string, invitationId: string): Promise<InvitationRow> {
    const row = await findInvitation(tx.em, organizationId, invitationId, this.#deps.clock.now());
    if (!row) throw new AppError('not_found');
    return row;
  }

  async #present(tx: Transaction, row: InvitationRow): Promise<InvitationView> {
    return presentInvitation(await this.#load(tx, row.organization_id, row.id));
  }

  /** @throws AppError role_level */
  async #assertMayGive(em: EntityManager, who: Who, organizationId: string, gift: Gift): Promise<void> {
    if (!(await this.#mayGive(em, who, organizationId, gift))) throw new AppError('role_level');
  }

  async #mayGive(em: EntityManager, who: Who, organizationId: string, gift: Gift): Promise<boolean> {
    const mine = await standingIn(this.#deps, em, who, organizationId);
    const giver = await giverIn(this.#deps.access, em, who, organizationId);
    return mayGive(mine, gift.membershipRole) && giver.mayGiveNamed(gift.grantRole);
  }

  #requireInvite(em: EntityManager, actor: UserActor, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, 'organization.invite', { type: 'organization', id });
  }

  #assertMail(): void {
    if (!this.#deps.mailer.canMail) throw new AppError('mail_unavailable');
  }

  #expiry(): Date {
    return new Date(this.#deps.clock.now().getTime() + invitationDays * dayMs);
  }

  #audit(
    tx: Transaction,
    actor: UserActor | null,
    row: InvitationRow,
    action: string,
    more: Record<string, unknown> = {},
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'authorization',
      organizationId: row.organization_id,
      resourceType: 'invitation',
      resourceId: row.id,
      new: {
        email: row.email,
        grantRole: row.grant_role,
        membershipRole: row.membership_role,
        ...more,
      },
    });
  }
}
