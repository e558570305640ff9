import type { MediaSource } from '../../shared/media/contract.ts';
import { mayPublish } from '../../shared/live/model.ts';
import type { EmptyReply, EventInput } from '../../shared/kernel/contract.ts';
import type { liveChannel } from '../../shared/live/contract.ts';
import type { UserActor } from '../kernel/actor.ts';
import { AppError } from '../kernel/errors.ts';
import { once } from '../kernel/realtime/idempotency.ts';
import { appendFacts, recordEvent } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import { inClassAsModerator, standingIn } from './in-class.ts';
import { roleOf } from './live.policy.ts';
import { presentLocks, presentPersonalLocks } from './live.presenter.ts';
import { LiveSession } from './live-session.entity.ts';
import { Participant } from './participant.entity.ts';

type LockInput = EventInput<typeof liveChannel, 'lock.set'>;

/** What a teacher switches off, and the question that media asks before it lets a stream through. */
export interface LocksService {
  set(actor: UserActor, sessionId: string, input: LockInput): Promise<EmptyReply>;
  /** From the database, at the moment of the question. */
  authorize(userId: string, sessionId: string, action: 'receive' | MediaSource): Promise<boolean>;
}

function setRoomLocks(session: LiveSession, input: LockInput): void {
  if (typeof input.microphone === 'boolean') session.allowAttendeeAudio = !input.microphone;
  if (typeof input.camera === 'boolean') session.allowAttendeeVideo = !input.camera;
  if (typeof input.screen === 'boolean') session.allowAttendeeScreen = !input.screen;
  if (input.chat !== undefined) session.chatMode = input.chat ? 'hosts_only' : 'everyone';
  if (input.hands !== undefined) session.allowHandRaise = !input.hands;
  if (input.room !== undefined) session.isLocked = input.room;
}

/** true = locked, false = open although the room is locked, null = as the room. */
const exception = (value: boolean | null): boolean | null => (value === null ? null : !value);

function setPersonalLocks(participant: Participant, input: LockInput): void {
  if (input.microphone !== undefined) participant.canPublishAudio = exception(input.microphone);
  if (input.camera !== undefined) participant.canPublishVideo = exception(input.camera);
  if (input.screen !== undefined) participant.canPublishScreen = exception(input.screen);
}

/** @throws AppError invalid_input for locks that do not exist for a person, or no lock at all */
function assertSensible(input: LockInput): void {
  const personal = input.userId !== undefined;
  const wrong = personal
    ? input.chat !== undefined || input.hands !== undefined || input.room !== undefined
    : input.microphone === null || input.camera === null || input.screen === null;
  const { key: _, userId: __, ...locks } = input;
  const none = Object.values(locks).every((value) => value === undefined);
  if (!wrong && !none) return;
  const message = none
    ? 'Name at least one lock.'
    : personal
      ? 'Chat, hands and the room are locked for everyone or nobody.'
      : 'null is for one person only.';
  throw new AppError('invalid_input', { errors: [{ path: '', code: 'custom', message }] });
}

export function createLocksService(deps: LiveDeps): LocksService {
  const { db, clock } = deps;
  return {
    set(actor, sessionId, input) {
      assertSensible(input);
      const { key, ...locks } = input;
      return db.transaction((tx) =>
        once(
          tx,
          clock,
          { userId: actor.userId, key, operation: 'lock.set', input: { sessionId, ...locks } },
          async () => {
            const { session } = await inClassAsModerator(deps, tx.em, actor, sessionId);
            const target = input.userId
              ? await tx.em.findOne(Participant, { sessionId, userId: input.userId, admission: 'admitted' })
              : null;
            if (input.userId && !target) throw new AppError('not_found');
            if (target) setPersonalLocks(target, input);
            else setRoomLocks(session, input);
            recordEvent(deps, tx.em, {
              sessionId,
              type: 'lock.changed',
              actorId: actor.userId,
              targetUserId: input.userId,
              payload: locks,
            });
            await tx.em.flush();
            const personal = target ? { userId: target.userId, personal: presentPersonalLocks(target) } : {};
            await appendFacts(deps, tx, sessionId, [
              { type: 'lock.changed', locks: presentLocks(session), ...personal },
            ]);
            tx.afterCommit(() => void deps.media.enforce(sessionId, input.userId));
            return {};
          },
        ),
      );
    },

    async authorize(userId, sessionId, action) {
      const em = db.em();
      const session = await em.findOne(LiveSession, { id: sessionId, status: 'live' });
      const participant =
        session && (await em.findOne(Participant, { sessionId, userId, admission: 'admitted' }));
      const standing = participant && (await standingIn(deps, em, { userId }, sessionId));
      const role = standing && roleOf(standing);
      if (!session || !participant || !role) return false;
      if (action === 'receive') return true;
      return mayPublish({
        role,
        locks: presentLocks(session),
        personal: presentPersonalLocks(participant),
        floor: session.floorUserId === userId,
        source: action,
      });
    },
  };
}
