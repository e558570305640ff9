import type { EntityManager } from '@mikro-orm/postgresql';
import { invitedRole } from '../../../shared/identity/invitations.ts';
import type { InvitationArrival, InvitationPreview } from '../../../shared/identity/invitations.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { hashSecret } from '../../kernel/secrets.ts';
import { createAccount } from '../accounts/create-account.ts';
import { User } from '../accounts/user.entity.ts';
import type { AreaDeps } from '../deps.ts';
import type { Client, OpenSession } from '../sessions/sessions.service.ts';
import { checkPassword } from '../sign-in/check-password.ts';
import { completeSignIn } from '../sign-in/complete.ts';
import type { MfaRequired } from '../sign-in/complete.ts';
import { setting } from '../settings.ts';
import { hashPassword } from '../sign-in/password.ts';
import { emailDomainsOf, isOfDomains } from './email-domains.ts';
import type { InvitationBook, InvitationDoor, PlaceInvitation } from './invitations.ts';
import { invitationOf, placeOf, setInvitation } from './invitations.repository.ts';
import type { AddressedRow, PlaceType } from './invitations.repository.ts';
import { presentPreview } from './invitations.presenter.ts';
import { ensurePrimary, join } from './joining.ts';
import { administers } from './membership.ts';
import { giveRole, lockPerson, membershipIn, membershipsOf } from './memberships.repository.ts';

/** An invitation that holds, with what it leads to beside the organization. */
interface Held {
  row: AddressedRow;
  place: { door: InvitationDoor; invitation: PlaceInvitation; title: string; scheduledAt?: Date } | null;
}

const arrivalOf = (row: AddressedRow): InvitationArrival => ({
  organizationId: row.organization_id,
  courseId: row.course_id,
  sessionId: row.live_session_id,
});

/** What people do with the link that they got by mail. */
export class AnswerService {
  readonly #deps: AreaDeps;
  readonly #book: InvitationBook;

  constructor(deps: AreaDeps, book: InvitationBook) {
    this.#deps = deps;
    this.#book = book;
  }

  /** @throws AppError invitation_invalid, course_closed, class_over */
  async preview(token: string): Promise<InvitationPreview> {
    const em = this.#deps.db.em();
    const row = await invitationOf(em, hashSecret(token), this.#deps.clock.now());
    const held = await this.#hold(em, row);
    return presentPreview(held.row, held.place);
  }

  /**
   * Whoever has accepted it, and is still where it led, is answered as they were the first time: that answer may have been lost.
   * @throws AppError invitation_invalid (also for an account that it was not sent to), verification_required, course_closed,
   *   course_full, already_enrolled, enrollment_refused, class_over, participant_removed
   */
  async accept(actor: UserActor, token: string): Promise<InvitationArrival> {
    return this.#deps.db.transaction(async (tx) => {
      const found = await this.#lock(tx, token);
      if (found && (await this.#hasArrived(tx.em, actor.userId, found))) return arrivalOf(found);
      const { row, place } = await this.#hold(tx.em, found);
      await lockPerson(tx.em, actor.userId);
      const user = await tx.em.findOneOrFail(User, { id: actor.userId });
      if (user.email !== row.email) throw new AppError('invitation_invalid');
      if (!user.emailVerifiedAt) throw new AppError('verification_required');
      await this.#join(tx, actor.userId, row);
      await place?.door.enter(tx, place.invitation, { userId: actor.userId, actor });
      await this.#answer(tx, row, actor.userId);
      this.#book.audit(tx, actor, row, 'invitation.accepted');
      return arrivalOf(row);
    });
  }

  /**
   * @throws AppError invitation_invalid, already_exists (sign in instead), weak_password, breached_password, course_closed,
   *   course_full, class_over
   */
  async register(
    input: { token: string; displayName: string; password: string },
    client: Client,
  ): Promise<OpenSession | MfaRequired> {
    const { db } = this.#deps;
    const em = db.em();
    const found = await invitationOf(em, hashSecret(input.token), this.#deps.clock.now());
    const { email, organization_id: organizationId } = (await this.#hold(em, found)).row;
    const least = await setting(em, organizationId, 'auth.password_min_length');
    // Outside of the transaction: it takes time, and asks another server.
    await checkPassword(this.#deps, input.password, [input.displayName, email], least);
    const passwordHash = await hashPassword(input.password);
    return db.transaction(async (tx) => {
      const { row, place } = await this.#open(tx, input.token);
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
      await place?.door.enter(tx, place.invitation, { userId: user.id, actor: null });
      await this.#answer(tx, row, user.id);
      this.#book.audit(tx, null, row, 'invitation.accepted', { userId: user.id, registered: true });
      return completeSignIn(
        this.#deps,
        tx,
        { userId: user.id, tokenVersion: user.tokenVersion, method: 'password', rememberMe: false },
        client,
      );
    });
  }

  /** @throws AppError invitation_invalid, course_closed, class_over */
  async decline(token: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const { row } = await this.#open(tx, token);
      const now = this.#deps.clock.now();
      await setInvitation(tx.em, row.id, { status: 'declined', declined_at: now }, now);
      this.#book.audit(tx, null, row, 'invitation.declined');
    });
  }

  /**
   * Makes the account of the address a member, with what the invitation hands out. Who is one already stays what they are: an
   * invitation to the organization says nothing to them, one to a course or a class takes them as they are.
   */
  async #join(tx: Transaction, userId: string, row: AddressedRow): Promise<void> {
    const existing = await membershipIn(tx.em, userId, row.organization_id);
    if (existing && (placeOf(row) === null || existing.status !== 'active'))
      throw new AppError('invitation_invalid');
    if (existing) return;
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

  /** Whether somebody has accepted this invitation, and is still in what it led to. */
  async #hasArrived(em: EntityManager, userId: string, row: AddressedRow): Promise<boolean> {
    if (row.status !== 'accepted' || row.accepted_by !== userId) return false;
    const memberships = await membershipsOf(em, userId);
    const isMember = memberships.some(
      ({ organization_id: id, left_at: left, status, suspended }) =>
        id === row.organization_id && left === null && status === 'active' && !suspended,
    );
    const place = placeOf(row);
    if (!isMember || place === null) return isMember;
    return this.#book.door(place.type).isIn(em, { id: place.id, userId });
  }

  async #open(tx: Transaction, token: string): Promise<Held> {
    return this.#hold(tx.em, await this.#lock(tx, token));
  }

  #lock(tx: Transaction, token: string): Promise<AddressedRow | null> {
    return invitationOf(tx.em, hashSecret(token), this.#deps.clock.now(), 'for update of i');
  }

  /**
   * An invitation holds as long as whoever sent it might send it again: it must not outlast their rights, nor open an
   * organization, a course or a class that is closed.
   */
  async #hold(em: EntityManager, row: AddressedRow | null): Promise<Held> {
    if (!row || row.status !== 'pending' || row.invited_by === null) throw new AppError('invitation_invalid');
    const { invited_by: invitedBy, organization_id: organizationId } = row;
    const to = placeOf(row);
    if (!to && !(await this.#mayInvite(em, invitedBy, organizationId)))
      throw new AppError('invitation_invalid');
    const place = to && (await this.#lookAt(em, to, { id: to.id, organizationId, invitedBy }));
    if (!(await this.#mayBring(em, row, invitedBy))) throw new AppError('invitation_invalid');
    return { row, place };
  }

  async #lookAt(
    em: EntityManager,
    { type }: { type: PlaceType },
    invitation: PlaceInvitation,
  ): Promise<NonNullable<Held['place']>> {
    const door = this.#book.door(type);
    return { door, invitation, ...(await door.look(em, invitation)) };
  }

  async #mayInvite(em: EntityManager, userId: string, id: string): Promise<boolean> {
    const { access } = this.#deps;
    return (await access.explain(em, userId, 'organization.invite', { type: 'organization', id })).allowed;
  }

  /** Whether whoever invites may make the addressee what the invitation says; a member becomes nothing new. */
  async #mayBring(em: EntityManager, row: AddressedRow, userId: string): Promise<boolean> {
    const { organization_id: organizationId, account_id: accountId } = row;
    if (placeOf(row) !== null && accountId !== null && (await membershipIn(em, accountId, organizationId)))
      return true;
    if (!isOfDomains(row.email, await emailDomainsOf(em, organizationId))) return false;
    const gift = { grantRole: row.grant_role, membershipRole: row.membership_role };
    return this.#book.mayGive(em, { userId }, organizationId, gift);
  }
}
