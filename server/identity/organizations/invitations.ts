import type { EntityManager } from '@mikro-orm/postgresql';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import { invitationDays } from '../../../shared/identity/invitations.ts';
import type { InvitationStatus, InvitationView } from '../../../shared/identity/invitations.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { newSecret } from '../../kernel/secrets.ts';
import type { Who } from '../access/access.ts';
import { giverIn } from '../access/giver.ts';
import type { AreaDeps } from '../deps.ts';
import { assertEmailDomains } from './email-domains.ts';
import { invitationMail } from './invitation-mail.ts';
import {
  expireInvitations,
  findInvitation,
  insertInvitation,
  invitedAmong,
  listInvitations,
  membersAmong,
  setInvitation,
} from './invitations.repository.ts';
import type { InvitationRow, InvitedTo, PlaceType } from './invitations.repository.ts';
import { presentInvitation } from './invitations.presenter.ts';
import { mayGive } from './membership.ts';
import { findOrganization } from './organizations.repository.ts';
import { standingIn } from './standing.ts';

const dayMs = 86_400_000;
/** Between two mails about one invitation: they hold a text of the sender's. */
const resendPauseMs = 60_000;

/** When the last mail about it went out: its time runs from then. */
const sentAt = (row: Pick<InvitationRow, 'expires_at'>): number =>
  new Date(row.expires_at).getTime() - invitationDays * dayMs;

/** What an invitation makes of somebody who is no member of the organization yet. */
export interface Gift {
  grantRole: string;
  membershipRole: MembershipRole;
}

/** Whom to invite as what, with which words. */
export interface Asking extends Gift {
  /** In lower case, each once. */
  emails: readonly string[];
  message: string | null;
}

/** An invitation to a course or a class, as the feature that owns it is asked about it. */
export interface PlaceInvitation {
  id: string;
  organizationId: string;
  invitedBy: string;
}

/** How an invitation opens a course or a class; their features tell it, since identity knows none. */
export interface InvitationDoor {
  /**
   * Its title, and when it is, for as long as whoever invited might still invite to it.
   * @throws AppError course_closed, class_over, invitation_invalid
   */
  look(em: EntityManager, invitation: PlaceInvitation): Promise<{ title: string; scheduledAt?: Date }>;
  /**
   * Lets a member of the organization in; `actor` null: an account that was made just now.
   * @throws AppError course_closed, course_full, already_enrolled, enrollment_refused, class_over, participant_removed
   */
  enter(
    tx: Transaction,
    invitation: PlaceInvitation,
    person: { userId: string; actor: UserActor | null },
  ): Promise<void>;
  /** Whether somebody is in it now. */
  isIn(em: EntityManager, one: { id: string; userId: string }): Promise<boolean>;
}

/** Invitations by mail, whatever they lead to. Who may invite to it is asked before, by whoever owns that. */
export interface Invitations {
  /** Tells how invitations open a kind of place. */
  open(type: PlaceType, door: InvitationDoor): void;
  /**
   * Sends each address a link, but for those who were invited already (null). What they lead to must be locked.
   * @throws AppError role_level, mail_unavailable, invalid_input (an outsider with an address of a domain that the organization
   *   does not take)
   */
  invite(
    tx: Transaction,
    actor: UserActor,
    to: InvitedTo,
    asking: Asking,
  ): Promise<Map<string, InvitationView | null>>;
  list(
    em: EntityManager,
    to: InvitedTo,
    filter: { status?: InvitationStatus; cursor?: string; limit: number },
  ): Promise<{ items: InvitationView[]; nextCursor: string | null }>;
  /** @throws AppError not_found, role_level, conflict when it is answered already */
  revoke(tx: Transaction, actor: UserActor, to: InvitedTo, invitationId: string): Promise<InvitationView>;
  /** @throws AppError not_found, role_level, conflict when it is answered already, mail_unavailable, rate_limited (once a minute) */
  resend(tx: Transaction, actor: UserActor, to: InvitedTo, invitationId: string): Promise<InvitationView>;
}

/** The one implementation, with what only identity may use besides. */
export class InvitationBook implements Invitations {
  readonly #deps: AreaDeps;
  readonly #doors = new Map<PlaceType, InvitationDoor>();

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  open(type: PlaceType, door: InvitationDoor): void {
    this.#doors.set(type, door);
  }

  /** @throws Error when no feature has told how that is opened */
  door(type: PlaceType): InvitationDoor {
    const door = this.#doors.get(type);
    if (!door) throw new Error(`nobody knows how to open a ${type}`);
    return door;
  }

  async invite(
    tx: Transaction,
    actor: UserActor,
    to: InvitedTo,
    asking: Asking,
  ): Promise<Map<string, InvitationView | null>> {
    const { organizationId } = to;
    const { emails } = asking;
    this.#assertMail();
    await this.assertMayGive(tx.em, actor, organizationId, asking);
    const outcomes = new Map<string, InvitationView | null>();
    if (emails.length === 0) return outcomes;
    const members = await membersAmong(tx.em, organizationId, emails);
    const addresses = emails.map((email, at) => ({ path: `emails.${at}`, email }));
    await assertEmailDomains(
      tx.em,
      organizationId,
      addresses.filter(({ email }) => !members.has(email)),
    );
    await expireInvitations(tx.em, this.#deps.clock.now(), organizationId);
    const invited = await invitedAmong(tx.em, to, emails);
    const organization = await this.#nameOf(tx, actor, organizationId);
    for (const email of emails)
      outcomes.set(
        email,
        invited.has(email) ? null : await this.#send(tx, actor, to, organization, email, asking),
      );
    return outcomes;
  }

  async list(
    em: EntityManager,
    to: InvitedTo,
    filter: { status?: InvitationStatus; cursor?: string; limit: number },
  ): Promise<{ items: InvitationView[]; nextCursor: string | null }> {
    const rows = await listInvitations(em, to, filter, this.#deps.clock.now());
    const items = rows.slice(0, filter.limit).map(presentInvitation);
    return { items, nextCursor: rows.length > filter.limit ? (items.at(-1)?.id ?? null) : null };
  }

  async revoke(
    tx: Transaction,
    actor: UserActor,
    to: InvitedTo,
    invitationId: string,
  ): Promise<InvitationView> {
    const row = await this.#loadOpen(tx, actor, to, invitationId);
    await setInvitation(tx.em, row.id, { status: 'revoked' }, this.#deps.clock.now());
    this.audit(tx, actor, row, 'invitation.revoked');
    return presentInvitation(await this.#load(tx, to, row.id));
  }

  async resend(
    tx: Transaction,
    actor: UserActor,
    to: InvitedTo,
    invitationId: string,
  ): Promise<InvitationView> {
    const row = await this.#loadOpen(tx, actor, to, invitationId);
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
    const organization = await this.#nameOf(tx, actor, to.organizationId);
    await this.#mail(tx, actor, to, organization, row, secret);
    this.audit(tx, actor, row, 'invitation.resent');
    return presentInvitation(await this.#load(tx, to, row.id));
  }

  /** For the sweep: what nobody has answered in time. */
  async expire(): Promise<void> {
    await expireInvitations(this.#deps.db.em(), this.#deps.clock.now());
  }

  async mayGive(em: EntityManager, who: Who, organizationId: string, gift: Gift): Promise<boolean> {
    const mine = await standingIn(this.#deps, em, who, organizationId);
    const giver = await giverIn(this.#deps.access, em, who, organizationId);
    return mayGive(mine, gift.membershipRole) && giver.mayGiveNamed(gift.grantRole);
  }

  /** @throws AppError role_level */
  async assertMayGive(em: EntityManager, who: Who, organizationId: string, gift: Gift): Promise<void> {
    if (!(await this.mayGive(em, who, organizationId, gift))) throw new AppError('role_level');
  }

  audit(
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
        ...(row.course_id === null ? {} : { courseId: row.course_id }),
        ...(row.live_session_id === null ? {} : { liveSessionId: row.live_session_id }),
        grantRole: row.grant_role,
        membershipRole: row.membership_role,
        ...more,
      },
    });
  }

  async #send(
    tx: Transaction,
    actor: UserActor,
    to: InvitedTo,
    organization: string,
    email: string,
    { grantRole, membershipRole, message }: Asking,
  ): Promise<InvitationView> {
    const { clock, ids } = this.#deps;
    const { secret, hash } = newSecret();
    const id = ids.uuid();
    await insertInvitation(tx.em, to, {
      id,
      email,
      grantRole,
      membershipRole,
      message: message === '' ? null : message,
      tokenHash: hash,
      invitedBy: actor.userId,
      expiresAt: this.#expiry(),
      now: clock.now(),
    });
    const row = await this.#load(tx, to, id);
    await this.#mail(tx, actor, to, organization, row, secret);
    this.audit(tx, actor, row, 'invitation.sent');
    return presentInvitation(row);
  }

  async #mail(
    tx: Transaction,
    actor: UserActor,
    { place }: InvitedTo,
    organization: string,
    row: Pick<InvitationRow, 'email' | 'message'>,
    secret: string,
  ): Promise<void> {
    await this.#deps.mailer.mail(
      tx,
      invitationMail({
        to: row.email,
        organization,
        place,
        inviter: actor.displayName,
        message: row.message,
        link: `${this.#deps.publicUrl()}/invitation?token=${secret}`,
      }),
    );
  }

  async #nameOf(tx: Transaction, actor: UserActor, organizationId: string): Promise<string> {
    return (await findOrganization(tx.em, organizationId, actor.userId))?.name ?? '';
  }

  async #loadOpen(
    tx: Transaction,
    actor: UserActor,
    to: InvitedTo,
    invitationId: string,
  ): Promise<InvitationRow> {
    const row = await this.#load(tx, to, invitationId);
    const gift = { grantRole: row.grant_role, membershipRole: row.membership_role };
    await this.assertMayGive(tx.em, actor, to.organizationId, gift);
    if (row.status !== 'pending' && row.status !== 'expired') throw new AppError('conflict');
    return row;
  }

  async #load(tx: Transaction, to: InvitedTo, invitationId: string): Promise<InvitationRow> {
    const row = await findInvitation(tx.em, to, invitationId, this.#deps.clock.now());
    if (!row) throw new AppError('not_found');
    return row;
  }

  #assertMail(): void {
    if (!this.#deps.mailer.canMail) throw new AppError('mail_unavailable');
  }

  #expiry(): Date {
    return new Date(this.#deps.clock.now().getTime() + invitationDays * dayMs);
  }
}
