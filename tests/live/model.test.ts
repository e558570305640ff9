import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveFact, ParticipantRole, RoomSnapshot } from '../../shared/live/contract.ts';
import { applyFact, isModerator, mayPublish, noPersonalLocks, position } from '../../shared/live/model.ts';
import type { PublishQuestion } from '../../shared/live/model.ts';

const at = '2026-03-02T09:00:00.000Z';
const people = ['ada', 'ben', 'cleo', 'dan'] as const;

function room(): RoomSnapshot {
  return {
    session: {
      id: 's',
      courseId: null,
      title: 'Algebra',
      description: null,
      host: { id: 'ada', displayName: 'Ada' },
      scheduledAt: at,
      durationMinutes: 45,
      status: 'live',
      startedAt: at,
      runningSince: at,
      endedAt: null,
      noteDocumentId: null,
      canHost: false,
      canInvite: false,
      isGuest: false,
    },
    me: { userId: 'ben', role: 'attendee' },
    participants: [participant('ada', 'host'), participant('ben', 'attendee')],
    chat: [],
    chatHasOlder: false,
    hands: [],
    floorUserId: null,
    locks: {
      microphone: false,
      camera: false,
      screen: false,
      chat: false,
      hands: false,
      room: false,
      automatic: false,
    },
    media: { state: 'ready', reason: null, percent: null, epoch: 1, producers: [] },
    quality: {},
  };
}

function participant(userId: string, role: ParticipantRole): RoomSnapshot['participants'][number] {
  return {
    userId,
    displayName: userId,
    avatarUrl: null,
    role,
    presence: 'present',
    isGuest: false,
    joinedAt: at,
    locks: noPersonalLocks,
  };
}

const user = fc.constantFrom(...people);
const locks = fc.record({
  microphone: fc.boolean(),
  camera: fc.boolean(),
  screen: fc.boolean(),
  chat: fc.boolean(),
  hands: fc.boolean(),
  room: fc.boolean(),
  automatic: fc.boolean(),
});
const exception = fc.constantFrom(true, false, null);
const personal = fc.record({ microphone: exception, camera: exception, screen: exception });
const producerId = fc.constantFrom('p1', 'p2', 'p3');
const role = fc.constantFrom<ParticipantRole>('host', 'co_host', 'attendee', 'observer');
const source = fc.constantFrom('microphone', 'camera', 'screen', 'screen-audio');

/** Any fact with a made-up payload; `seq` is set by whoever applies it. */
const fact = fc
  .oneof(
    fc.record({ type: fc.constant('session.started'), startedAt: fc.constant(at) }),
    fc.record({
      type: fc.constant('session.reopened'),
      startedAt: fc.constant(at),
      runningSince: fc.constant(at),
    }),
    fc.record({ type: fc.constant('session.ended'), endedAt: fc.constant(at), endedBy: fc.constant(null) }),
    fc.tuple(user, role).map(([who, as]) => ({ type: 'participant.joined', ...participant(who, as) })),
    fc.record({
      type: fc.constantFrom('participant.left', 'participant.reconnecting', 'hand.lowered'),
      userId: user,
    }),
    fc.record({
      type: fc.constant('hand.raised'),
      userId: user,
      raisedAt: fc.constant(at),
      position: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({ type: fc.constant('floor.changed'), userId: fc.option(user) }),
    fc.record({ type: fc.constant('lock.changed'), locks, userId: user, personal }),
    fc.record({ type: fc.constant('lock.changed'), locks }),
    fc.record({
      type: fc.constant('chat.sent'),
      id: fc.constantFrom('c1', 'c2', 'c3'),
      userId: user,
      displayName: fc.string(),
      text: fc.string(),
      sentAt: fc.constant(at),
      key: fc.constant(null),
    }),
    fc.record({
      type: fc.constant('media.producer.added'),
      producerId,
      userId: user,
      kind: fc.constantFrom('audio', 'video'),
      source,
      paused: fc.boolean(),
      locked: fc.boolean(),
    }),
    fc.record({ type: fc.constant('media.producer.paused'), producerId, userId: user, locked: fc.boolean() }),
    fc.record({
      type: fc.constantFrom('media.producer.removed', 'media.producer.resumed'),
      producerId,
      userId: user,
    }),
    fc.record({ type: fc.constant('media.reset'), epoch: fc.integer({ min: 1, max: 9 }) }),
  )
  .map((payload) => ({ seq: 1, at, ...payload }) as LiveFact);

describe('applyFact', () => {
  it('gives the same state for a fact applied twice as for once', () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 30 }), fact, (before, last) => {
        const once = applyFact(before.reduce(applyFact, room()), last);
        expect(applyFact(once, last)).toEqual(once);
      }),
    );
  });

  it('changes no earlier state', () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 20 }), fact, (before, last) => {
        const state = before.reduce(applyFact, room());
        const copy = structuredClone(state);
        applyFact(state, last);
        expect(state).toEqual(copy);
      }),
    );
  });

  it('keeps nobody twice in the roster, the queue or the streams', () => {
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 40 }), (facts) => {
        const state = facts.reduce(applyFact, room());
        for (const ids of [
          state.participants.map((one) => one.userId),
          state.hands.map((one) => one.userId),
          state.media.producers.map((one) => one.producerId),
          state.chat.map((one) => one.id),
        ]) {
          expect(new Set(ids).size).toBe(ids.length);
        }
      }),
    );
  });

  it('returns the very same state for a skipped fact', () => {
    const state = room();
    expect(applyFact(state, { seq: 7, type: 'skip' })).toBe(state);
  });

  it('ends and reopens a class', () => {
    const ended = applyFact(room(), { seq: 1, at, type: 'session.ended', endedAt: at, endedBy: 'ada' });
    expect(ended.session).toMatchObject({ status: 'ended', endedAt: at });
    const runningSince = '2026-03-09T09:00:00.000Z';
    const reopened = applyFact(ended, { seq: 2, at, type: 'session.reopened', startedAt: at, runningSince });
    expect(reopened.session).toMatchObject({ status: 'live', startedAt: at, runningSince, endedAt: null });
  });

  it('brings somebody back into the row they had, and me with a new role', () => {
    const away = applyFact(room(), { seq: 1, at, type: 'participant.left', userId: 'ben' });
    expect(away.participants[1]?.presence).toBe('away');
    const back = applyFact(away, {
      seq: 2,
      at,
      type: 'participant.joined',
      ...participant('ben', 'co_host'),
    });
    expect(back.participants).toHaveLength(2);
    expect(back.participants[1]).toEqual(participant('ben', 'co_host'));
    expect(back.me.role).toBe('co_host');
  });

  it('orders hands by position and lowers the hand of whoever gets the floor', () => {
    const raise = (state: RoomSnapshot, userId: string, place: number): RoomSnapshot =>
      applyFact(state, { seq: place, at, type: 'hand.raised', userId, raisedAt: at, position: place });
    const queue = raise(raise(raise(room(), 'ben', 1), 'cleo', 2), 'dan', 3);
    expect(queue.hands.map((hand) => hand.userId)).toEqual(['ben', 'cleo', 'dan']);
    const floor = applyFact(queue, { seq: 4, at, type: 'floor.changed', userId: 'ben' });
    expect(floor.floorUserId).toBe('ben');
    expect(position(floor.hands, 'cleo')).toBe(1);
    expect(position(floor.hands, 'ben')).toBeNull();
  });

  it('sets one person’s exceptions beside the room’s locks', () => {
    const locked = applyFact(room(), {
      seq: 1,
      at,
      type: 'lock.changed',
      locks: { ...room().locks, microphone: true },
      userId: 'ben',
      personal: { ...noPersonalLocks, microphone: false },
    });
    expect(locked.locks.microphone).toBe(true);
    expect(locked.participants[1]?.locks.microphone).toBe(false);
    expect(locked.participants[0]?.locks).toEqual(noPersonalLocks);
  });

  it('follows a stream from its start to the reset of the room', () => {
    const view = {
      producerId: 'p',
      userId: 'ben',
      kind: 'audio',
      source: 'microphone',
      paused: false,
      locked: false,
    } as const;
    const added = applyFact(room(), { seq: 1, at, type: 'media.producer.added', ...view });
    expect(added.media.producers).toEqual([view]);
    const paused = applyFact(added, {
      seq: 2,
      at,
      type: 'media.producer.paused',
      producerId: 'p',
      userId: 'ben',
      locked: true,
    });
    expect(paused.media.producers[0]).toMatchObject({ paused: true, locked: true });
    const resumed = applyFact(paused, {
      seq: 3,
      at,
      type: 'media.producer.resumed',
      producerId: 'p',
      userId: 'ben',
    });
    expect(resumed.media.producers[0]).toEqual(view);
    const reset = applyFact(resumed, { seq: 4, at, type: 'media.reset', epoch: 2 });
    expect(reset.media).toMatchObject({ epoch: 2, producers: [] });
  });
});

describe('mayPublish', () => {
  const open = { microphone: false, camera: false, screen: false, automatic: false };
  const shut = { microphone: true, camera: true, screen: true, automatic: false };
  const ask = (question: Partial<PublishQuestion>): boolean =>
    mayPublish({
      role: 'attendee',
      locks: open,
      personal: noPersonalLocks,
      floor: false,
      source: 'microphone',
      ...question,
    });

  it('lets hosts and co-hosts always, and observers never', () => {
    for (const allowed of ['host', 'co_host'] as const)
      expect(ask({ role: allowed, locks: shut, personal: shut })).toBe(true);
    expect(ask({ role: 'observer', floor: true })).toBe(false);
  });

  it('follows the room for an attendee, unless there is an exception', () => {
    expect(ask({})).toBe(true);
    expect(ask({ locks: shut })).toBe(false);
    expect(ask({ locks: shut, personal: { ...noPersonalLocks, microphone: false } })).toBe(true);
    expect(ask({ personal: { ...noPersonalLocks, microphone: true } })).toBe(false);
  });

  it('opens the microphone, and only the microphone, to the holder of the floor', () => {
    expect(ask({ locks: shut, personal: shut, floor: true })).toBe(true);
    expect(ask({ locks: shut, floor: true, source: 'camera' })).toBe(false);
  });

  it('opens nothing to anybody but hosts while nobody leads the class', () => {
    const guarded = { ...shut, automatic: true };
    const free = { microphone: false, camera: false, screen: false };
    for (const kind of ['microphone', 'camera', 'screen'] as const)
      expect(ask({ locks: guarded, personal: free, floor: true, source: kind })).toBe(false);
    expect(ask({ locks: guarded, role: 'co_host' })).toBe(true);
  });

  it('treats the sound of a screen as the screen', () => {
    expect(ask({ locks: { ...open, screen: true }, source: 'screen-audio' })).toBe(false);
    expect(ask({ personal: { ...noPersonalLocks, screen: true }, source: 'screen-audio' })).toBe(false);
    expect(ask({ locks: { ...shut, screen: false }, source: 'screen-audio' })).toBe(true);
  });
});

describe('isModerator', () => {
  it('is the host and the co-hosts', () => {
    const roles: ParticipantRole[] = ['host', 'co_host', 'attendee', 'observer'];
    expect(roles.filter(isModerator)).toEqual(['host', 'co_host']);
  });
});
