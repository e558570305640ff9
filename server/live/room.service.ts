import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { iso } from '../../shared/kernel/time.ts';
import { limits } from '../../shared/kernel/limits.ts';
import { isModerator } from '../../shared/live/model.ts';
import type { LiveFact, NewLiveFact, ParticipantRole, RoomSnapshot } from '../../shared/live/contract.ts';
import { displayNames } from '../identity/index.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { prepared } from '../kernel/db/prepared.ts';
import { AppError } from '../kernel/errors.ts';
import { appendFacts, recordEvent, roomOf } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import type { GuardService } from './guard.service.ts';
import { lowerHand } from './hands.service.ts';
import { seenClass } from './in-class.ts';
import { isGuarded } from './guard.ts';
import { roleOf } from './live.policy.ts';
import { presentChat, presentLocks, presentParticipant, presentSession } from './live.presenter.ts';
import {
  chatPage,
  closeIntervals,
  countPresent,
  openHands,
  openInterval,
  openParticipants,
  roster,
} from './live.repository.ts';
import type { LeaveReason } from './live.repository.ts';
import { LiveSession } from './live-session.entity.ts';
import { Participant } from './participant.entity.ts';
import type { Presence } from './presence.ts';

/** People in a class when it names no limit of its own. */
const defaultCapacity = 300;

/** Coming in, being in, and going out. */
export interface RoomService {
  /**
   * Admits the person and opens (or goes on with) the attendance interval. @param seen whether the others see the person as
   * present already: then nothing is told that they know.
   */
  enter(actor: UserActor, sessionId: string, seen: boolean): Promise<void>;
  /** The whole state of a class and the `seq` it was read at, of one moment. */
  snapshot(actor: UserActor, sessionId: string): Promise<{ snapshot: RoomSnapshot; seq: number }>;
  /** The facts after `after`, or null when they are no longer kept. */
  missed(sessionId: string, after: number): Promise<{ facts: LiveFact[]; seq: number } | null>;
  /** The last connection of these people is gone; their grace begins. */
  lost(sessionId: string, userIds: readonly string[]): Promise<void>;
  /** The person has left: interval closed, hand lowered, floor handed back. No effect on somebody who is connected again. */
  gone(sessionId: string, userId: string, reason: LeaveReason): Promise<void>;
  /** Somebody leads the class now, or leads it no more. */
  changed(sessionId: string, userId: string, role: ParticipantRole): Promise<void>;
  /** The right to be in the class ended. */
  removed(sessionId: string, userId: string): Promise<void>;
}

export function createRoomService(deps: LiveDeps, presence: Presence, guard: GuardService): RoomService {
  const { db, clock, ids } = deps;

  async function admit(
    tx: Transaction,
    session: LiveSession,
    userId: string,
    role: ParticipantRole,
  ): Promise<string> {
    const at = clock.now();
    // Upsert, because two tabs may come in at the same moment. A role follows the course; an exception from a lock stays.
    const [row] = await prepared<{ id: string; admission: Participant['admission'] }>(
      tx.em,
      `insert into live_session_participants (id, session_id, user_id, role, admission, admitted_at, joined_at) values (:id, :session, :user, :role, 'admitted', :at, :at)
       on conflict (session_id, user_id) do update set role = excluded.role, joined_at = coalesce(live_session_participants.joined_at, excluded.joined_at),
         left_at = null, admission = case when live_session_participants.admission in ('removed', 'denied') then live_session_participants.admission else 'admitted' end,
         admitted_at = coalesce(live_session_participants.admitted_at, excluded.admitted_at), updated_at = now()
       returning id, admission`,
      { id: ids.uuid(), session: session.id, user: userId, role, at },
    );
    if (row?.admission !== 'admitted') throw new AppError('participant_removed');
    return row.id;
  }

  async function assertRoom(
    em: EntityManager,
    session: LiveSession,
    role: ParticipantRole,
    known: boolean,
  ): Promise<void> {
    if (role === 'host' || role === 'co_host' || known) return;
    if (session.isLocked) throw new AppError('session_locked');
    if ((await countPresent(em, session.id)) >= (session.maxParticipants ?? defaultCapacity))
      throw new AppError('session_full');
  }

  /** @returns whether the class waits for somebody like this person to lead it */
  async function enter(
    tx: Transaction,
    actor: UserActor,
    sessionId: string,
    seen: boolean,
  ): Promise<boolean> {
    const { session, standing } = await seenClass(deps, tx.em, actor, sessionId, 'share');
    const role = roleOf(standing);
    if (!role) throw new AppError('forbidden');
    if (session.status !== 'live') throw new AppError('session_not_live', { status: session.status });
    const [before] = await prepared<Pick<Participant, 'role'>>(
      tx.em,
      `select role from live_session_participants where session_id = :session and user_id = :user and admission = 'admitted'`,
      { session: sessionId, user: actor.userId },
    );
    await assertRoom(tx.em, session, role, before !== undefined);
    const participantId = await admit(tx, session, actor.userId, role);
    const opened = await openInterval(tx.em, {
      id: ids.uuid(),
      sessionId,
      participantId,
      at: clock.now(),
    });
    if (opened) recordEvent(deps, tx.em, { sessionId, type: 'participant.joined', actorId: actor.userId });
    await tx.em.flush();
    if (opened || !seen || before?.role !== role) {
      const [row] = await roster(tx.em, sessionId, actor.userId);
      if (!row) throw new AppError('not_joined');
      await appendFacts(deps, tx, sessionId, [
        { type: 'participant.joined', ...presentParticipant(row, true) },
      ]);
    }
    return isModerator(role) && (isGuarded(session) || (session.unledSince ?? null) !== null);
  }

  async function close(
    tx: Transaction,
    sessionId: string,
    userId: string,
    reason: LeaveReason,
  ): Promise<void> {
    // The class before its room's head, as everywhere: else two transactions could wait for each other.
    const session = await tx.em.findOne(
      LiveSession,
      { id: sessionId },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    const [left] = session ? await closeIntervals(tx.em, { sessionId, userId, reason, at: clock.now() }) : [];
    if (!session || !left) return;
    const facts: NewLiveFact[] = [{ type: 'participant.left', userId }];
    const participant = await tx.em.findOne(Participant, { sessionId, userId });
    if (participant && (await lowerHand(tx.em, participant.id, clock.now(), 'left', null)))
      facts.push({ type: 'hand.lowered', userId });
    if (session.floorUserId === userId) {
      session.floorUserId = null;
      facts.push({ type: 'floor.changed', userId: null });
    }
    if (participant && isModerator(participant.role))
      facts.push(...(await guard.look(tx, session, left.leftAt)));
    recordEvent(deps, tx.em, {
      sessionId,
      type: 'participant.left',
      targetUserId: userId,
      payload: { reason },
    });
    await tx.em.flush();
    await appendFacts(deps, tx, sessionId, facts);
  }

  async function read(
    em: EntityManager,
    actor: UserActor,
    sessionId: string,
  ): Promise<{ snapshot: RoomSnapshot; seq: number }> {
    const { session, standing } = await seenClass(deps, em, actor, sessionId);
    const seq = await deps.roomLog.head(em, roomOf(sessionId));
    const people = await roster(em, sessionId);
    const chat = await chatPage(em, sessionId, limits.snapshotChat + 1);
    const hands = await openHands(em, sessionId);
    const names = await displayNames(em, [session.hostId]);
    const notes = await deps.notes.primaryForClasses(em, [sessionId]);
    const me = people.find((person) => person.userId === actor.userId);
    if (!me) throw new AppError('not_joined');
    const snapshot: RoomSnapshot = {
      session: presentSession({
        session,
        hostName: names.get(session.hostId) ?? '',
        noteDocumentId: notes.get(sessionId) ?? null,
        standing,
      }),
      me: { userId: actor.userId, role: me.role },
      participants: people.map((person) =>
        presentParticipant(person, presence.isConnected(sessionId, person.userId)),
      ),
      chat: chat
        .slice(0, limits.snapshotChat)
        .map((row) => presentChat(row))
        .toReversed(),
      chatHasOlder: chat.length > limits.snapshotChat,
      hands: hands.map((hand) => ({ userId: hand.userId, raisedAt: iso(hand.raisedAt) })),
      floorUserId: session.floorUserId ?? null,
      locks: presentLocks(session),
      // Read after `seq`: a stream that is here and has its fact still to come is only added once.
      media: deps.media.snapshot(sessionId),
      quality: presence.qualities(sessionId),
    };
    return { snapshot, seq };
  }

  return {
    async enter(actor, sessionId, seen) {
      const awaited = await db.transaction((tx) => enter(tx, actor, sessionId, seen));
      // On its own, with the class locked for change: a whole class comes in at the bell and shares it.
      if (awaited) await guard.settle(sessionId);
    },
    snapshot: (actor, sessionId) => db.snapshot((em) => read(em, actor, sessionId)),

    async missed(sessionId, after) {
      const facts = await deps.roomLog.since(db.em(), roomOf(sessionId), after, limits.resumeFacts + 1);
      if (!facts || facts.length > limits.resumeFacts) return null;
      // No fact of a class is addressed to some only, so none has to be skipped here.
      const wire = facts.map(({ seq, type, at, payload }) => ({ seq, type, at, ...payload }) as LiveFact);
      return { facts: wire, seq: wire.at(-1)?.seq ?? after };
    },

    lost: (sessionId, userIds) =>
      db.transaction(async (tx) => {
        const session = await tx.em.findOne(
          LiveSession,
          { id: sessionId, status: 'live' },
          { lockMode: LockMode.PESSIMISTIC_READ },
        );
        const gone = userIds.filter((userId) => !presence.isConnected(sessionId, userId));
        if (!session || gone.length === 0) return;
        const inside = await openParticipants(tx.em, sessionId, gone);
        await appendFacts(
          deps,
          tx,
          sessionId,
          inside.map((userId) => ({ type: 'participant.reconnecting', userId })),
        );
      }),

    gone: (sessionId, userId, reason) =>
      db.transaction(async (tx) => {
        if (!presence.isConnected(sessionId, userId)) await close(tx, sessionId, userId, reason);
      }),

    changed: (sessionId, userId, role) =>
      db.transaction(async (tx) => {
        const session = await tx.em.findOne(
          LiveSession,
          { id: sessionId },
          { lockMode: LockMode.PESSIMISTIC_WRITE },
        );
        const participant = await tx.em.findOne(Participant, { sessionId, userId, admission: 'admitted' });
        // Every node hears of a change; the first one writes it down.
        if (!session || !participant || participant.role === role) return;
        const led = isModerator(participant.role) !== isModerator(role);
        participant.role = role;
        await tx.em.flush();
        const [row] = await roster(tx.em, sessionId, userId);
        if (!row) return;
        const fact = presentParticipant(row, presence.isConnected(sessionId, userId));
        const guarding = led ? await guard.look(tx, session) : [];
        await tx.em.flush();
        await appendFacts(deps, tx, sessionId, [{ type: 'participant.joined', ...fact }, ...guarding]);
      }),

    removed: (sessionId, userId) =>
      db.transaction(async (tx) => {
        await close(tx, sessionId, userId, 'removed');
      }),
  };
}
