import { LockMode } from '@mikro-orm/core';
import type { EmptyReply } from '../../shared/kernel/contract.ts';
import type { EntityManager } from '@mikro-orm/postgresql';
import { iso } from '../../shared/kernel/time.ts';
import type { LiveSessionView, NewLiveFact, SessionStatus } from '../../shared/live/contract.ts';
import { displayNames } from '../identity/index.ts';
import type { Actor, UserActor } from '../kernel/actor.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { once } from '../kernel/realtime/idempotency.ts';
import { resumptionOf, runningSince, transition } from './class-session.ts';
import type { Transition } from './class-session.ts';
import { appendFacts, recordEvent } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import type { GuardService } from './guard.service.ts';
import { guestClasses } from './guests.repository.ts';
import { lowerAllHands } from './hands.service.ts';
import { inClassAsModerator, seenClass } from './in-class.ts';
import { classAsks, mayHost, mayManage, maySee } from './live.policy.ts';
import { presentChat, presentSession } from './live.presenter.ts';
import { chatPage, closeIntervals, countPresent, forgottenClasses, openHands } from './live.repository.ts';
import { LiveSession } from './live-session.entity.ts';

export interface NewSession {
  title: string;
  description?: string | null;
  scheduledAt: string;
  durationMinutes: number;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Classes as such: schedule, list, start, end, reopen, cancel. */
export interface SessionsService {
  create(actor: UserActor, courseId: string, input: NewSession): Promise<LiveSessionView>;
  get(actor: UserActor, sessionId: string): Promise<LiveSessionView>;
  list(
    actor: UserActor,
    courseId: string,
    page: { cursor?: string; limit: number },
  ): Promise<Page<LiveSessionView>>;
  between(
    actor: UserActor,
    period: { from: Date; to: Date; as?: 'guest' },
  ): Promise<Page<LiveSessionView & { courseTitle: string | null }>>;
  start(actor: UserActor, sessionId: string): Promise<LiveSessionView>;
  end(actor: UserActor, sessionId: string): Promise<LiveSessionView>;
  reopen(actor: UserActor, sessionId: string): Promise<LiveSessionView>;
  cancel(actor: UserActor, sessionId: string, reason: string | null): Promise<LiveSessionView>;
  /** Ends the running classes that everybody has left for good. */
  endForgotten(): Promise<void>;
  /** The same as `end`, from inside the class. */
  endFromRoom(actor: UserActor, sessionId: string, key: string | undefined): Promise<EmptyReply>;
  chatHistory(
    actor: UserActor,
    sessionId: string,
    page: { cursor?: string; limit: number },
  ): Promise<Page<ReturnType<typeof presentChat>>>;
}

/** How long after its planned end, and after the last person left, a class that nobody ended is over. */
const forgottenHours = 2;

/** What a change of the status is called in the timeline and in the audit trail. */
const eventOf = (before: SessionStatus, now: SessionStatus): string =>
  now === 'live' ? (before === 'scheduled' ? 'started' : 'reopened') : now;

/** @param changed called after a commit that changed the status of a class */
export function createSessionsService(
  deps: LiveDeps,
  guard: GuardService,
  changed: (sessionId: string, status: SessionStatus) => void,
): SessionsService {
  const { db, clock, ids } = deps;

  /** Whether a class that runs now has run at some moment between the two. */
  const runsWithin = (session: LiveSession, from: Date, to: Date): boolean =>
    session.status === 'live' && clock.now() >= from && (runningSince(session) ?? clock.now()) < to;

  async function present(
    em: EntityManager,
    actor: UserActor,
    sessions: LiveSession[],
  ): Promise<LiveSessionView[]> {
    const names = await displayNames(
      em,
      sessions.map((session) => session.hostId),
    );
    const noteIds = await deps.notes.primaryForClasses(
      em,
      sessions.map((session) => session.id),
    );
    const sessionIds = sessions.map((session) => session.id);
    const rights = await deps.access.rightsTo(em, actor, classAsks, 'live_session', sessionIds);
    return sessions.flatMap((session) => {
      const standing = rights.get(session.id);
      if (!standing || !maySee(standing)) return [];
      const hostName = names.get(session.hostId) ?? '';
      const noteDocumentId = noteIds.get(session.id) ?? null;
      return [presentSession({ session, hostName, noteDocumentId, standing })];
    });
  }

  async function presentOne(
    em: EntityManager,
    actor: UserActor,
    session: LiveSession,
  ): Promise<LiveSessionView> {
    const [view] = await present(em, actor, [session]);
    return view as LiveSessionView;
  }

  /** One transition of the whole class: load with lock, authorize, change, record, tell. */
  function move(
    actor: UserActor,
    sessionId: string,
    action: Transition,
    change: (tx: Transaction, session: LiveSession) => Promise<NewLiveFact[]>,
  ): Promise<LiveSessionView> {
    return db.transaction(async (tx) => {
      const { session, standing } = await seenClass(deps, tx.em, actor, sessionId, 'change');
      const may = action === 'cancel' ? mayManage(standing) : mayHost(standing);
      if (!may) throw new AppError('forbidden');
      const before = session.status;
      session.status = transition(before, action);
      if (session.status !== before) {
        const facts = await change(tx, session);
        recordEvent(deps, tx.em, {
          sessionId,
          type: `session.${eventOf(before, session.status)}`,
          actorId: actor.userId,
        });
        await tx.em.flush();
        await appendFacts(deps, tx, sessionId, facts);
        audit(tx, actor, session, eventOf(before, session.status), before);
        tx.afterCommit(() => changed(sessionId, session.status));
      }
      return presentOne(tx.em, actor, session);
    });
  }

  function audit(
    tx: Transaction,
    actor: Actor,
    session: LiveSession,
    event: string,
    before: SessionStatus | null,
  ): void {
    deps.audit.record(tx, {
      actor,
      action: `live_session.${event}`,
      category: 'data_change',
      severity: 'low',
      organizationId: session.organizationId,
      resourceType: 'live_session',
      resourceId: session.id,
      ...(before === null ? {} : { old: { status: before } }),
      new: {
        status: session.status,
        ...(before === null
          ? { title: session.title, courseId: session.courseId, scheduledAt: session.scheduledAt }
          : {}),
        ...(session.status === 'cancelled' ? { reason: session.cancelReason } : {}),
      },
    });
  }

  async function finish(
    tx: Transaction,
    session: LiveSession,
    actorId: string | null,
  ): Promise<NewLiveFact[]> {
    const at = clock.now();
    const hands = await openHands(tx.em, session.id);
    await lowerAllHands(tx.em, session.id, at);
    const left = await closeIntervals(tx.em, { sessionId: session.id, reason: 'session_ended', at });
    const floor = session.floorUserId;
    const ended = { status: 'ended', endedAt: at, endedBy: actorId, floorUserId: null, joinCode: null };
    Object.assign(session, ended);
    return [
      ...hands.map(({ userId }) => ({ type: 'hand.lowered' as const, userId })),
      ...(floor ? [{ type: 'floor.changed' as const, userId: null }] : []),
      ...left.map(({ userId }) => ({ type: 'participant.left' as const, userId })),
      ...guard.release(session),
      { type: 'session.ended', endedAt: iso(at), endedBy: actorId },
    ];
  }

  /** The end of a class that nobody is in any more. */
  const endByItself = (sessionId: string): Promise<void> =>
    db.transaction(async (tx) => {
      const session = await tx.em.findOne(
        LiveSession,
        { id: sessionId, status: 'live' },
        { lockMode: LockMode.PESSIMISTIC_WRITE },
      );
      // Ended or come back to while it was waited for.
      if (!session || (await countPresent(tx.em, sessionId)) > 0) return;
      session.status = transition(session.status, 'end');
      const facts = await finish(tx, session, null);
      recordEvent(deps, tx.em, { sessionId, type: 'session.ended', payload: { reason: 'forgotten' } });
      await tx.em.flush();
      await appendFacts(deps, tx, sessionId, facts);
      audit(tx, { kind: 'system' }, session, 'ended', 'live');
      tx.afterCommit(() => changed(sessionId, session.status));
    });

  return {
    create: (actor, courseId, input) =>
      db.transaction(async (tx) => {
        const course = { type: 'course', id: courseId } as const;
        const rights = await deps.access.rights(tx.em, actor, ['course.read', 'live.manage'], course);
        if (!rights?.organizationId) throw new AppError('not_found');
        // Whoever may not even see the course is not told that it is there.
        if (!rights.may('live.manage'))
          throw new AppError(rights.may('course.read') ? 'forbidden' : 'not_found');
        const { organizationId } = rights;
        const session = tx.em.create(LiveSession, {
          id: ids.uuid(),
          organizationId,
          courseId,
          hostId: actor.userId,
          title: input.title,
          description: input.description || null,
          scheduledAt: new Date(input.scheduledAt),
          durationMinutes: input.durationMinutes,
          createdBy: actor.userId,
        });
        await tx.em.persist(session).flush();
        await deps.notes.createForClass(tx, {
          organizationId,
          liveSessionId: session.id,
          ownerId: actor.userId,
          title: session.title,
        });
        audit(tx, actor, session, 'scheduled', null);
        return presentOne(tx.em, actor, session);
      }),

    async get(actor, sessionId) {
      const em = db.em();
      const { session } = await seenClass(deps, em, actor, sessionId);
      return presentOne(em, actor, session);
    },

    async list(actor, courseId, { cursor, limit }) {
      const em = db.em();
      if (!(await deps.courses.standing(em, actor, courseId))) throw new AppError('not_found');
      const where = cursor ? { courseId, id: { $lt: cursor } } : { courseId };
      const sessions = await em.find(LiveSession, where, { orderBy: { id: 'desc' }, limit: limit + 1 });
      const items = await present(em, actor, sessions.slice(0, limit));
      // From the rows: what of them this person may not see ends a page early, not the list.
      return { items, nextCursor: sessions.length > limit ? (sessions[limit - 1]?.id ?? null) : null };
    },

    async between(actor, { from, to, as }) {
      const em = db.em();
      const guestOf = { id: { $in: await guestClasses(em, actor.userId) } };
      const courseIds = as === 'guest' ? [] : await deps.courses.courseIdsOf(em, actor, actor.organizationId);
      const mine = [guestOf, { courseId: { $in: courseIds } }, { hostId: actor.userId }];
      const earliest = new Date(from.getTime() - 24 * 3_600_000);
      const sessions = await em.find(
        LiveSession,
        {
          $or: as === 'guest' ? [guestOf] : mine,
          // Where the person works now; who is a member of nothing sees all that is theirs.
          ...(actor.organizationId === null ? {} : { organizationId: actor.organizationId }),
          // What runs is here whenever it was to take place: started early, or taken up again.
          $and: [{ $or: [{ status: 'live' }, { scheduledAt: { $gte: earliest, $lt: to } }] }],
        },
        { orderBy: { scheduledAt: 'asc', id: 'asc' }, limit: 200 },
      );
      const overlapping = sessions.filter(
        (session) =>
          runsWithin(session, from, to) ||
          (session.scheduledAt.getTime() < to.getTime() &&
            session.scheduledAt.getTime() + session.durationMinutes * 60_000 > from.getTime()),
      );
      const titles = await deps.courses.titles(em, courseIds);
      const views = await present(em, actor, overlapping);
      return {
        items: views.map((view) => ({ ...view, courseTitle: titles.get(view.courseId ?? '') ?? null })),
        nextCursor: null,
      };
    },

    start: (actor, sessionId) =>
      move(actor, sessionId, 'start', async (tx, session) => {
        session.startedAt = clock.now();
        guard.expect(tx, session);
        return [{ type: 'session.started', startedAt: iso(session.startedAt) }];
      }),

    end: (actor, sessionId) =>
      move(actor, sessionId, 'end', (tx, session) => finish(tx, session, actor.userId)),

    reopen: (actor, sessionId) =>
      move(actor, sessionId, 'reopen', async (tx, session) => {
        const now = clock.now();
        const startedAt = session.startedAt ?? now;
        // What was before stays: chat, notes and attendance go on where they stopped.
        Object.assign(session, {
          startedAt,
          resumedAt: resumptionOf(session, now),
          endedAt: null,
          endedBy: null,
        });
        guard.expect(tx, session);
        const since = runningSince(session) ?? now;
        return [{ type: 'session.reopened', startedAt: iso(startedAt), runningSince: iso(since) }];
      }),

    cancel: (actor, sessionId, reason) =>
      move(actor, sessionId, 'cancel', async (_tx, session) => {
        const cancelReason = reason || null;
        Object.assign(session, { cancelledAt: clock.now(), cancelReason, joinCode: null });
        return [];
      }),

    endFromRoom: (actor, sessionId, key) =>
      db.transaction((tx) =>
        once(
          tx,
          clock,
          { userId: actor.userId, key, operation: 'session.end', input: { sessionId } },
          async () => {
            const { session } = await inClassAsModerator(deps, tx.em, actor, sessionId);
            session.status = transition(session.status, 'end');
            const facts = await finish(tx, session, actor.userId);
            recordEvent(deps, tx.em, { sessionId, type: 'session.ended', actorId: actor.userId });
            await tx.em.flush();
            await appendFacts(deps, tx, sessionId, facts);
            audit(tx, actor, session, 'ended', 'live');
            tx.afterCommit(() => changed(sessionId, session.status));
            return {};
          },
        ),
      ),

    async endForgotten() {
      const before = new Date(clock.now().getTime() - forgottenHours * 3_600_000);
      for (const sessionId of await forgottenClasses(db.em(), before))
        await endByItself(sessionId).catch((error: unknown) =>
          deps.log.error({ err: error, sessionId }, 'a forgotten class could not be ended'),
        );
    },

    async chatHistory(actor, sessionId, { cursor, limit }) {
      const em = db.em();
      await seenClass(deps, em, actor, sessionId);
      const rows = await chatPage(em, sessionId, limit + 1, cursor);
      const items = rows.slice(0, limit).map((row) => presentChat(row));
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
  };
}
