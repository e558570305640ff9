import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { InvitationStatus, InvitationView } from '../../shared/identity/invitations.ts';
import { limits } from '../../shared/kernel/limits.ts';
import type {
  GuestInvitationOutcome,
  GuestView,
  JoinCodeView,
  NewGuestInvitationsInput,
} from '../../shared/live/guests.ts';
import { inviteOthers } from '../identity/index.ts';
import type { InvitationDoor, Invitations, InvitedTo } from '../identity/index.ts';
import type { Actor, UserActor } from '../kernel/actor.ts';
import type { Transaction } from '../kernel/db/database.ts';
import type { Notices } from '../kernel/db/notices.ts';
import { AppError } from '../kernel/errors.ts';
import { takesGuests } from './class-session.ts';
import type { LiveDeps } from './deps.ts';
import { addGuest, countGuests, endGuest, guestAddresses, guestPage } from './guests.repository.ts';
import { standingIn } from './in-class.ts';
import { newJoinCode } from './join-code.ts';
import { maySee, roleOf } from './live.policy.ts';
import { LiveSession } from './live-session.entity.ts';
import { Participant } from './participant.entity.ts';
import type { Page } from './sessions.service.ts';

/** What somebody new is in the class's organization: what everybody is at least. */
const newcomer = { grantRole: 'student', membershipRole: 'member' } as const;

interface GuestDeps extends LiveDeps {
  invitations: Invitations;
  notices: Pick<Notices, 'send'>;
}

/** People who may be in one class without being anything in its course: by its code, or asked in by mail. */
export class GuestService {
  readonly #deps: GuestDeps;

  constructor(deps: GuestDeps) {
    this.#deps = deps;
  }

  /**
   * Makes a member of the class's organization its guest. Whoever may be in the class anyway stays what they are.
   * @throws AppError join_code_invalid (also for a class of others), organization_suspended, participant_removed, forbidden,
   *   session_full
   */
  async useCode(actor: UserActor, code: string): Promise<{ sessionId: string }> {
    return this.#deps.db.transaction(async (tx) => {
      const session = await tx.em.findOne(
        LiveSession,
        { joinCode: code, status: { $in: ['scheduled', 'live'] } },
        { lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      if (!session) throw new AppError('join_code_invalid');
      const subject = { type: 'live_session', id: session.id } as const;
      const rights = await this.#deps.access.rights(tx.em, actor, ['live.join'], subject);
      if (!rights?.mayKnow) throw new AppError('join_code_invalid');
      const { allowed, reason } = rights.decision('live.join');
      if (reason.kind === 'organization_suspended') throw new AppError('organization_suspended');
      if (!allowed) {
        await this.#admit(tx, session, actor.userId, { actor, again: false, by: 'code' });
        // Whatever else keeps them out, does: an exception, or an API key that may not join classes.
        const standing = await standingIn(this.#deps, tx.em, actor, session.id);
        if (!standing || !roleOf(standing)) throw new AppError('forbidden');
      }
      return { sessionId: session.id };
    });
  }

  /** @throws AppError not_found, forbidden */
  async code(actor: UserActor, sessionId: string): Promise<JoinCodeView> {
    const session = await this.#load(this.#deps.db.em(), actor, sessionId);
    return { code: session.joinCode ?? null };
  }

  /** @throws AppError not_found, forbidden, class_over */
  async newCode(actor: UserActor, sessionId: string): Promise<JoinCodeView> {
    return this.#deps.db.transaction(async (tx) => {
      const session = await this.#load(tx.em, actor, sessionId, LockMode.PESSIMISTIC_WRITE);
      assertTakesGuests(session);
      session.joinCode = newJoinCode();
      await tx.em.flush();
      this.#record(tx, actor, session, 'code_opened');
      return { code: session.joinCode };
    });
  }

  /** @throws AppError not_found, forbidden */
  async closeCode(actor: UserActor, sessionId: string): Promise<JoinCodeView> {
    return this.#deps.db.transaction(async (tx) => {
      const session = await this.#load(tx.em, actor, sessionId, LockMode.PESSIMISTIC_WRITE);
      if ((session.joinCode ?? null) === null) return { code: null };
      session.joinCode = null;
      await tx.em.flush();
      this.#record(tx, actor, session, 'code_closed');
      return { code: null };
    });
  }

  /** @throws AppError not_found, forbidden */
  async list(
    actor: UserActor,
    sessionId: string,
    page: { cursor?: string; limit: number },
  ): Promise<Page<GuestView>> {
    const em = this.#deps.db.em();
    await this.#load(em, actor, sessionId);
    const rows = await guestPage(em, sessionId, { ...page, limit: page.limit + 1 });
    const shown = rows.slice(0, page.limit);
    return {
      items: shown.map(({ view }) => view),
      nextCursor: rows.length > page.limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }

  /** Takes a guest out, wherever in the class they are. @throws AppError not_found, forbidden */
  async takeOut(actor: UserActor, sessionId: string, userId: string): Promise<GuestView> {
    return this.#setEnded(actor, sessionId, userId, this.#deps.clock.now());
  }

  /** Lets a guest in again. @throws AppError not_found, forbidden, class_over, session_full */
  async letIn(actor: UserActor, sessionId: string, userId: string): Promise<GuestView> {
    return this.#setEnded(actor, sessionId, userId, null);
  }

  /** @throws AppError not_found, forbidden, class_over, role_level, mail_unavailable, invalid_input */
  async invite(
    actor: UserActor,
    sessionId: string,
    input: NewGuestInvitationsInput,
  ): Promise<{ items: GuestInvitationOutcome[] }> {
    return this.#deps.db.transaction(async (tx) => {
      // Two people who invite the same address at the same time do it one after the other.
      const session = await this.#load(tx.em, actor, sessionId, LockMode.PESSIMISTIC_WRITE);
      assertTakesGuests(session);
      const to = invitedTo(session);
      const find = (emails: readonly string[]) => guestAddresses(tx.em, sessionId, emails);
      return inviteOthers(input.emails, { find, outcome: 'already_in' }, (emails) =>
        this.#deps.invitations.invite(tx, actor, to, { ...newcomer, emails, message: input.message }),
      );
    });
  }

  /** @throws AppError not_found, forbidden */
  async invited(
    actor: UserActor,
    sessionId: string,
    filter: { status?: InvitationStatus; cursor?: string; limit: number },
  ): Promise<Page<InvitationView>> {
    const em = this.#deps.db.em();
    return this.#deps.invitations.list(em, invitedTo(await this.#load(em, actor, sessionId)), filter);
  }

  /** @throws AppError not_found, forbidden, role_level, conflict when it is answered already; also of a class that is over */
  async revoke(actor: UserActor, sessionId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      const session = await this.#load(tx.em, actor, sessionId);
      return this.#deps.invitations.revoke(tx, actor, invitedTo(session), invitationId);
    });
  }

  /** @throws AppError not_found, forbidden, class_over, role_level, conflict, mail_unavailable, rate_limited */
  async resend(actor: UserActor, sessionId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      const session = await this.#load(tx.em, actor, sessionId);
      assertTakesGuests(session);
      return this.#deps.invitations.resend(tx, actor, invitedTo(session), invitationId);
    });
  }

  /** What the link of an invitation asks. */
  door(): InvitationDoor {
    const { access } = this.#deps;
    return {
      look: async (em, { id, organizationId, invitedBy }) => {
        const session = await em.findOne(LiveSession, { id, organizationId });
        if (!session || !takesGuests(session.status)) throw new AppError('class_over');
        const { allowed } = await access.explain(em, invitedBy, 'live.manage', { type: 'live_session', id });
        if (!allowed) throw new AppError('invitation_invalid');
        return { title: session.title, scheduledAt: session.scheduledAt };
      },
      enter: async (tx, { id }, { userId, actor }) => {
        const lockMode = LockMode.PESSIMISTIC_WRITE;
        // It was read before it was locked: whether it is over is what it says now.
        const session = await tx.em.findOne(LiveSession, { id }, { lockMode, refresh: true });
        if (!session || !takesGuests(session.status)) throw new AppError('class_over');
        // Asked in again by name: that they were taken out before is forgotten.
        await this.#admit(tx, session, userId, { actor, again: true, by: 'invitation' });
      },
      isIn: async (em, { id: sessionId, userId }) => {
        const where = { sessionId, userId, guestSince: { $ne: null }, guestEndedAt: null };
        return (await em.count(Participant, where)) > 0;
      },
    };
  }

  async #setEnded(
    actor: UserActor,
    sessionId: string,
    userId: string,
    endedAt: Date | null,
  ): Promise<GuestView> {
    return this.#deps.db.transaction(async (tx) => {
      const session = await this.#load(tx.em, actor, sessionId, LockMode.PESSIMISTIC_WRITE);
      const before = await this.#guest(tx.em, sessionId, userId);
      if ((before.endedAt === null) === (endedAt === null)) return before;
      if (endedAt === null) {
        assertTakesGuests(session);
        await this.#assertPlace(tx.em, sessionId);
      }
      await endGuest(tx.em, { sessionId, userId, endedAt, at: this.#deps.clock.now() });
      this.#record(tx, actor, session, endedAt ? 'guest_taken_out' : 'guest_let_in', { userId });
      await this.#deps.notices.send(tx, 'access.changed', { userId });
      return this.#guest(tx.em, sessionId, userId);
    });
  }

  async #guest(em: EntityManager, sessionId: string, userId: string): Promise<GuestView> {
    const [guest] = await guestPage(em, sessionId, { userId, limit: 1 });
    if (!guest) throw new AppError('not_found');
    return guest.view;
  }

  /** Writes down that somebody is a guest of a class that is locked. @throws AppError participant_removed, session_full */
  async #admit(
    tx: Transaction,
    session: LiveSession,
    userId: string,
    how: { actor: Actor | null; again: boolean; by: 'code' | 'invitation' },
  ): Promise<void> {
    const { ids, clock, notices } = this.#deps;
    await this.#assertPlace(tx.em, session.id);
    const one = { id: ids.uuid(), sessionId: session.id, userId, at: clock.now(), again: how.again };
    const { admission, guestEndedAt } = await addGuest(tx.em, one);
    if (guestEndedAt !== null || admission === 'removed' || admission === 'denied')
      throw new AppError('participant_removed');
    this.#record(tx, how.actor, session, 'guest_came', { userId, by: how.by });
    await notices.send(tx, 'access.changed', { userId });
  }

  async #assertPlace(em: EntityManager, sessionId: string): Promise<void> {
    if ((await countGuests(em, sessionId)) >= limits.guestsPerClass) throw new AppError('session_full');
  }

  /** Loads a class for somebody who may ask guests into it. @throws AppError not_found, forbidden */
  async #load(
    em: EntityManager,
    actor: UserActor,
    sessionId: string,
    lockMode?: LockMode,
  ): Promise<LiveSession> {
    const session = await em.findOne(LiveSession, { id: sessionId }, { lockMode });
    const standing = session && (await standingIn(this.#deps, em, actor, sessionId));
    if (!standing || !maySee(standing)) throw new AppError('not_found');
    if (!standing.may('live.manage')) throw new AppError('forbidden');
    return session;
  }

  #record(
    tx: Transaction,
    actor: Actor | null,
    session: LiveSession,
    event: string,
    metadata: Record<string, unknown> = {},
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action: `live_session.${event}`,
      category: 'authorization',
      severity: 'low',
      organizationId: session.organizationId,
      resourceType: 'live_session',
      resourceId: session.id,
      metadata,
    });
  }
}

/** @throws AppError class_over */
function assertTakesGuests({ status }: LiveSession): void {
  if (!takesGuests(status)) throw new AppError('class_over');
}

const invitedTo = ({ id, title, organizationId, scheduledAt }: LiveSession): InvitedTo => ({
  organizationId,
  place: { type: 'live_session', id, title, scheduledAt },
});
