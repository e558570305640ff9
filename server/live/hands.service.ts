import type { EmptyReply } from '../../shared/kernel/contract.ts';
import type { EntityManager } from '@mikro-orm/postgresql';
import { iso } from '../../shared/kernel/time.ts';
import type { NewLiveFact } from '../../shared/live/contract.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Transaction } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { once } from '../kernel/realtime/idempotency.ts';
import { appendFacts, recordEvent } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import { HandRaise } from './hand-raise.entity.ts';
import type { HandResolution } from './hand-raise.entity.ts';
import { inClass, inClassAsModerator } from './in-class.ts';
import { openHands, openParticipants } from './live.repository.ts';
import { Participant } from './participant.entity.ts';

/** The queue of raised hands, and the floor. */
export interface HandsService {
  raise(actor: UserActor, sessionId: string, key: string): Promise<{ position: number }>;
  lower(actor: UserActor, sessionId: string, key: string | undefined, userId?: string): Promise<EmptyReply>;
  giveFloor(
    actor: UserActor,
    sessionId: string,
    key: string | undefined,
    userId: string,
  ): Promise<EmptyReply>;
  takeFloor(actor: UserActor, sessionId: string, key: string | undefined): Promise<EmptyReply>;
}

/** Lowers one hand if it is up. @returns whether it was */
export async function lowerHand(
  em: EntityManager,
  participantId: string,
  at: Date,
  resolution: HandResolution,
  by: string | null,
): Promise<boolean> {
  const count = await em.nativeUpdate(
    HandRaise,
    { participantId, loweredAt: null },
    { loweredAt: at, loweredBy: by, resolution },
  );
  return count > 0;
}

/** At the end of a class nobody is left waiting. */
export const lowerAllHands = (em: EntityManager, sessionId: string, at: Date): Promise<number> =>
  em.nativeUpdate(HandRaise, { sessionId, loweredAt: null }, { loweredAt: at, resolution: 'session_ended' });

export function createHandsService(deps: LiveDeps): HandsService {
  const { db, clock, ids } = deps;

  async function raise(tx: Transaction, actor: UserActor, sessionId: string): Promise<{ position: number }> {
    // The class is locked for change: two hands at the same moment get two places in one order.
    const { session, participant, moderator } = await inClass(deps, tx.em, actor, sessionId);
    if (!session.allowHandRaise && !moderator) throw new AppError('hands_locked');
    const queue = await openHands(tx.em, sessionId);
    const place = queue.findIndex((hand) => hand.userId === actor.userId);
    if (place >= 0) return { position: place + 1 };
    const last = queue.at(-1)?.raisedAt.getTime() ?? 0;
    // Later than every hand that is up, also within one millisecond or with a clock set back.
    const raisedAt = new Date(Math.max(clock.now().getTime(), last + 1));
    await tx.em.insert(HandRaise, { id: ids.uuid(), sessionId, participantId: participant.id, raisedAt });
    const position = queue.length + 1;
    await appendFacts(deps, tx, sessionId, [
      { type: 'hand.raised', userId: actor.userId, raisedAt: iso(raisedAt), position },
    ]);
    return { position };
  }

  async function lower(
    tx: Transaction,
    actor: UserActor,
    sessionId: string,
    userId: string,
  ): Promise<EmptyReply> {
    const own = userId === actor.userId;
    const here = own
      ? await inClass(deps, tx.em, actor, sessionId)
      : await inClassAsModerator(deps, tx.em, actor, sessionId);
    const target = own ? here.participant : await tx.em.findOne(Participant, { sessionId, userId });
    if (!target) throw new AppError('not_found');
    const lowered = await lowerHand(
      tx.em,
      target.id,
      clock.now(),
      own ? 'lowered_self' : 'lowered_host',
      actor.userId,
    );
    if (lowered) await appendFacts(deps, tx, sessionId, [{ type: 'hand.lowered', userId }]);
    return {};
  }

  async function setFloor(
    tx: Transaction,
    actor: UserActor,
    sessionId: string,
    userId: string | null,
  ): Promise<EmptyReply> {
    const { session, moderator } = await inClass(deps, tx.em, actor, sessionId);
    // Handing the floor back is the holder's own right.
    if (!moderator && !(userId === null && session.floorUserId === actor.userId))
      throw new AppError('forbidden');
    const facts: NewLiveFact[] = [];
    if (userId !== null) {
      const target = await tx.em.findOne(Participant, { sessionId, userId, admission: 'admitted' });
      if (!target) throw new AppError('not_found');
      const here = await openParticipants(tx.em, sessionId, [userId]);
      if (here.length === 0 || target.role === 'observer') throw new AppError('cannot_speak');
      if (await lowerHand(tx.em, target.id, clock.now(), 'granted', actor.userId))
        facts.push({ type: 'hand.lowered', userId });
    }
    const before = session.floorUserId ?? null;
    if (before !== userId) {
      session.floorUserId = userId;
      facts.push({ type: 'floor.changed', userId });
      recordEvent(deps, tx.em, {
        sessionId,
        type: userId ? 'floor.given' : 'floor.taken',
        actorId: actor.userId,
        targetUserId: userId ?? before ?? undefined,
      });
      tx.afterCommit(() => {
        for (const affected of [before, userId]) if (affected) void deps.media.enforce(sessionId, affected);
      });
    }
    await tx.em.flush();
    await appendFacts(deps, tx, sessionId, facts);
    return {};
  }

  const keyed = <T>(
    actor: UserActor,
    operation: string,
    key: string | undefined,
    input: object,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> =>
    db.transaction((tx) => once(tx, clock, { userId: actor.userId, key, operation, input }, () => work(tx)));

  return {
    raise: (actor, sessionId, key) =>
      keyed(actor, 'hand.raise', key, { sessionId }, (tx) => raise(tx, actor, sessionId)),
    lower: (actor, sessionId, key, userId = actor.userId) =>
      keyed(actor, 'hand.lower', key, { sessionId, userId }, (tx) => lower(tx, actor, sessionId, userId)),
    giveFloor: (actor, sessionId, key, userId) =>
      keyed(actor, 'floor.give', key, { sessionId, userId }, (tx) => setFloor(tx, actor, sessionId, userId)),
    takeFloor: (actor, sessionId, key) =>
      keyed(actor, 'floor.take', key, { sessionId }, (tx) => setFloor(tx, actor, sessionId, null)),
  };
}
