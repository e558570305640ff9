import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Who } from '../identity/index.ts';
import type { ParticipantRole } from '../../shared/live/contract.ts';
import { isModerator } from '../../shared/live/model.ts';
import type { UserActor } from '../kernel/actor.ts';
import { prepared } from '../kernel/db/prepared.ts';
import { AppError } from '../kernel/errors.ts';
import type { LiveDeps } from './deps.ts';
import { classAsks, maySee, roleOf } from './live.policy.ts';
import type { Standing } from './live.policy.ts';
import { LiveSession } from './live-session.entity.ts';
import { Participant } from './participant.entity.ts';

/** A class, and somebody who is admitted to it and still has the right to be. */
export interface InClass {
  session: LiveSession;
  participant: Participant;
  moderator: boolean;
}

/** What a person may do in a class now; null when there is no such class. One statement. */
export const standingIn = (
  deps: LiveDeps,
  em: EntityManager,
  who: Who,
  sessionId: string,
): Promise<Standing | null> =>
  deps.access.rights(em, who, classAsks, { type: 'live_session', id: sessionId });

/**
 * Loads a class for somebody who may know of it.
 * `share` lets others do the same and keeps the class from changing until the commit; `change` is for the one who changes it.
 * @throws AppError not_found
 */
export async function seenClass(
  deps: LiveDeps,
  em: EntityManager,
  actor: UserActor,
  sessionId: string,
  lock?: 'share' | 'change',
): Promise<{ session: LiveSession; standing: Standing }> {
  const lockMode =
    lock === 'change' ? LockMode.PESSIMISTIC_WRITE : lock === 'share' ? LockMode.PESSIMISTIC_READ : undefined;
  const session = await em.findOne(LiveSession, { id: sessionId }, { lockMode });
  if (!session) throw new AppError('not_found');
  const standing = await standingIn(deps, em, actor, sessionId);
  if (!standing || !maySee(standing)) throw new AppError('not_found');
  return { session, standing };
}

/**
 * Loads a running class for one of its participants; every event in a class starts with it, so a right that ended ends
 * with the next event at the latest.
 * @throws AppError not_found, session_not_live, not_joined, participant_removed
 */
export async function inClass(
  deps: LiveDeps,
  em: EntityManager,
  actor: UserActor,
  sessionId: string,
): Promise<InClass> {
  const { session, standing } = await seenClass(deps, em, actor, sessionId, 'change');
  assertLive(session.status);
  const found = await em.findOne(Participant, { sessionId, userId: actor.userId });
  const { participant, role } = admitted(found, standing);
  return { session, participant, moderator: isModerator(role) };
}

/** A running class, as far as it matters to somebody who says a line in it. */
export interface HeardInClass {
  chatMode: LiveSession['chatMode'];
  guardedAt: Date | null;
  moderator: boolean;
}

/**
 * {@link inClass} for who changes nothing but says something, which happens many times a second: the same questions in the
 * same order, in statements that are planned once, and without entities.
 * @throws AppError what {@link inClass} throws
 */
export async function heardInClass(
  deps: LiveDeps,
  em: EntityManager,
  actor: UserActor,
  sessionId: string,
): Promise<HeardInClass> {
  const [session] = await prepared<ClassRow>(
    em,
    'select status, chat_mode, guarded_at from live_sessions where id = :id and deleted_at is null for share',
    { id: sessionId },
  );
  const standing = session && (await standingIn(deps, em, actor, sessionId));
  if (!standing || !maySee(standing)) throw new AppError('not_found');
  assertLive(session.status);
  const [found] = await prepared<Pick<Participant, 'admission'>>(
    em,
    'select admission from live_session_participants where session_id = :id and user_id = :user',
    { id: sessionId, user: actor.userId },
  );
  const { role } = admitted(found, standing);
  return {
    chatMode: session.chat_mode,
    guardedAt: session.guarded_at === null ? null : new Date(session.guarded_at),
    moderator: isModerator(role),
  };
}

interface ClassRow {
  status: LiveSession['status'];
  chat_mode: LiveSession['chatMode'];
  guarded_at: string | Date | null;
}

function assertLive(status: LiveSession['status']): void {
  if (status !== 'live') throw new AppError('session_not_live', { status });
}

/** Somebody who was let in, with the role that they have by now. */
function admitted<P extends Pick<Participant, 'admission'>>(
  participant: P | null | undefined,
  standing: Standing,
): { participant: P; role: ParticipantRole } {
  const admission = participant?.admission;
  if (admission === 'removed' || admission === 'denied') throw new AppError('participant_removed');
  const role = roleOf(standing);
  if (!participant || admission !== 'admitted' || !role) throw new AppError('not_joined');
  return { participant, role };
}

/** @throws AppError forbidden, and what {@link inClass} throws */
export async function inClassAsModerator(
  deps: LiveDeps,
  em: EntityManager,
  actor: UserActor,
  sessionId: string,
): Promise<InClass> {
  const here = await inClass(deps, em, actor, sessionId);
  if (!here.moderator) throw new AppError('forbidden');
  return here;
}
