import { z } from 'zod';
import { defineChannel, defineEvent, defineRoute } from '../kernel/contract.ts';
import type { Fact, NewFact } from '../kernel/contract.ts';
import { id, idempotencyKey } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { instant } from '../kernel/time.ts';
import { mediaEvents, mediaFacts, mediaSignals, mediaStatus, producerView } from '../media/contract.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';

export const sessionStatus = z.enum(['scheduled', 'live', 'ended', 'cancelled']);
export type SessionStatus = z.infer<typeof sessionStatus>;

export const participantRole = z.enum(['host', 'co_host', 'attendee', 'observer']);
export type ParticipantRole = z.infer<typeof participantRole>;

export const liveSessionView = z.object({
  id,
  courseId: id.nullable(),
  title: z.string(),
  description: z.string().nullable(),
  host: z.object({ id, displayName: z.string() }),
  scheduledAt: instant,
  durationMinutes: z.number().int(),
  status: sessionStatus,
  /** When it started for the first time. */
  startedAt: instant.nullable(),
  /** When the present lesson began: the planned end is `durationMinutes` later. Not `startedAt` where the class was reopened after its end. */
  runningSince: instant.nullable(),
  endedAt: instant.nullable(),
  noteDocumentId: id.nullable(),
  /** What the asking person may do with it. */
  canHost: z.boolean(),
  /** Whether they may ask guests into it. */
  canInvite: z.boolean(),
  /** Whether they are here as a guest, and see nothing else of its course. */
  isGuest: z.boolean(),
});
export type LiveSessionView = z.infer<typeof liveSessionView>;

/** What is switched off for everyone who is not a host or co-host. */
export const roomLocks = z.object({
  microphone: z.boolean(),
  camera: z.boolean(),
  screen: z.boolean(),
  chat: z.boolean(),
  hands: z.boolean(),
  /** Nobody new comes in; who was in before does. */
  room: z.boolean(),
  /**
   * Nobody leads the class at the moment, so it has locked microphones, cameras, screens and chat by itself. With the first
   * host or co-host in the room this ends, and what people had set holds again.
   */
  automatic: z.boolean(),
});
export type RoomLocks = z.infer<typeof roomLocks>;

/** Exceptions for one person; null = as the room. */
export const personalLocks = z.object({
  microphone: z.boolean().nullable(),
  camera: z.boolean().nullable(),
  screen: z.boolean().nullable(),
});
export type PersonalLocks = z.infer<typeof personalLocks>;

/** `away`: was here and left; `reconnecting`: the last connection is gone and the grace still runs. */
export const presence = z.enum(['present', 'reconnecting', 'away']);
export type Presence = z.infer<typeof presence>;

export const participantView = z.object({
  userId: id,
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  role: participantRole,
  /** Came by an invitation to this class or by its code. */
  isGuest: z.boolean(),
  presence,
  joinedAt: instant.nullable(),
  locks: personalLocks,
});
export type ParticipantView = z.infer<typeof participantView>;

export const chatMessageView = z.object({
  id,
  userId: id.nullable(),
  displayName: z.string(),
  text: z.string(),
  sentAt: instant,
  /** The sender's key, so that the sender's own pending line turns into this one. */
  key: idempotencyKey.nullable(),
});
export type ChatMessageView = z.infer<typeof chatMessageView>;

export const handView = z.object({ userId: id, raisedAt: instant });
export type HandView = z.infer<typeof handView>;

export const connectionQuality = z.enum(['good', 'fair', 'poor', 'lost']);
export type ConnectionQuality = z.infer<typeof connectionQuality>;

/** The full state of a class as one person sees it on joining. */
export const roomSnapshot = z.object({
  session: liveSessionView,
  me: z.object({ userId: id, role: participantRole }),
  participants: z.array(participantView),
  /** Oldest first; the newest `limits.snapshotChat` lines. */
  chat: z.array(chatMessageView),
  chatHasOlder: z.boolean(),
  /** In the order they were raised: the first is next. */
  hands: z.array(handView),
  floorUserId: id.nullable(),
  locks: roomLocks,
  media: mediaStatus.extend({ epoch: z.number().int(), producers: z.array(producerView) }),
  /** By user id, whose connection is not good. Later changes come as the signal `quality.changed`. */
  quality: z.record(id, connectionQuality),
});
export type RoomSnapshot = z.infer<typeof roomSnapshot>;

const sessionParams = z.object({ sessionId: id });
const rate = { points: 300, seconds: 60, by: 'user' } as const;
const readErrors = ['unauthenticated', 'not_found', 'invalid_input', 'rate_limited'] as const;

export const liveRoutes = {
  list: defineRoute({
    id: 'live.list',
    method: 'GET',
    path: '/courses/:courseId/live-sessions',
    summary: 'Classes of a course, newest first.',
    access: 'user',
    permission: { slug: 'course.read', on: { type: 'course', param: 'courseId' } },
    params: z.object({ courseId: id }),
    query: z.strictObject({
      ...pageQuery(50),
    }),
    reply: pageOf(liveSessionView),
    status: 200,
    errors: [...readErrors],
    rate,
  }),
  create: defineRoute({
    id: 'live.create',
    method: 'POST',
    path: '/courses/:courseId/live-sessions',
    summary: 'Schedule a class.',
    access: 'user',
    permission: { slug: 'live.manage', on: { type: 'course', param: 'courseId' } },
    params: z.object({ courseId: id }),
    body: z.strictObject({
      title: z.string().trim().min(1).max(200),
      description: z.string().trim().max(5000).nullish(),
      scheduledAt: instant,
      durationMinutes: z.number().int().min(1).max(1440),
    }),
    reply: liveSessionView,
    status: 201,
    errors: [...readErrors, 'forbidden'],
    rate,
  }),
  get: defineRoute({
    id: 'live.get',
    method: 'GET',
    path: '/live-sessions/:sessionId',
    summary: 'One class.',
    access: 'user',
    permission: { slug: 'live.join', on: { type: 'live_session', param: 'sessionId' } },
    params: sessionParams,
    reply: liveSessionView,
    status: 200,
    errors: [...readErrors],
    rate,
  }),
  start: defineRoute({
    id: 'live.start',
    method: 'POST',
    path: '/live-sessions/:sessionId/start',
    summary: 'Start a scheduled class; a class that runs already is answered as it is.',
    access: 'user',
    permission: { slug: 'live.host', on: { type: 'live_session', param: 'sessionId' } },
    params: sessionParams,
    reply: liveSessionView,
    status: 200,
    errors: [...readErrors, 'forbidden', 'session_cancelled', 'conflict'],
    rate,
  }),
  end: defineRoute({
    id: 'live.end',
    method: 'POST',
    path: '/live-sessions/:sessionId/end',
    summary: 'End the class for all.',
    access: 'user',
    permission: { slug: 'live.host', on: { type: 'live_session', param: 'sessionId' } },
    params: sessionParams,
    reply: liveSessionView,
    status: 200,
    errors: [...readErrors, 'forbidden', 'session_not_live'],
    rate,
  }),
  reopen: defineRoute({
    id: 'live.reopen',
    method: 'POST',
    path: '/live-sessions/:sessionId/reopen',
    summary: 'Take up an ended class where it stopped.',
    access: 'user',
    permission: { slug: 'live.host', on: { type: 'live_session', param: 'sessionId' } },
    params: sessionParams,
    reply: liveSessionView,
    status: 200,
    errors: [...readErrors, 'forbidden', 'session_cancelled', 'conflict'],
    rate,
  }),
  cancel: defineRoute({
    id: 'live.cancel',
    method: 'POST',
    path: '/live-sessions/:sessionId/cancel',
    summary: 'Cancel a scheduled class, with a reason for those who expected it.',
    access: 'user',
    permission: { slug: 'live.manage', on: { type: 'live_session', param: 'sessionId' } },
    params: sessionParams,
    body: z.strictObject({ reason: z.string().trim().max(500).nullish() }),
    reply: liveSessionView,
    status: 200,
    errors: [...readErrors, 'forbidden', 'conflict'],
    rate,
  }),
  chat: defineRoute({
    id: 'live.chat',
    method: 'GET',
    path: '/live-sessions/:sessionId/chat',
    summary: 'Chat lines of a class, newest first, for scrolling back and after the class.',
    access: 'user',
    permission: { slug: 'live.join', on: { type: 'live_session', param: 'sessionId' } },
    params: sessionParams,
    query: z.strictObject({
      cursor: id.optional(),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    reply: pageOf(chatMessageView),
    status: 200,
    errors: [...readErrors],
    rate,
  }),
};

const key = idempotencyKey;
/**
 * Events that set a state may come without a key: sending them again sets the same state again. Lectern's own client
 * always sends one, so that a resend after a crash adds no second fact either.
 */
const optionalKey = idempotencyKey.optional();
const empty = z.object({});
const durable = [
  'invalid_input',
  'rate_limited',
  'not_joined',
  'not_found',
  'session_not_live',
  'participant_removed',
  'forbidden',
  'idempotency_key_reused',
] as const;

export const reactions = ['👍', '👏', '❤️', '😂', '😮', '🎉', '🤔', '✅', '❌'] as const;

/** The `/live` namespace: one class per room. */
export const liveChannel = defineChannel({
  namespace: '/live',
  events: {
    join: defineEvent({
      kind: 'session',
      permission: 'live.join',
      summary: 'Enter a class: subscribes, then answers the whole state and the `seq` it was read at.',
      input: z.strictObject({ sessionId: id, tabId: z.uuid().optional() }),
      reply: z.object({ snapshot: roomSnapshot, seq: z.number().int() }),
      errors: [
        'invalid_input',
        'rate_limited',
        'not_found',
        'forbidden',
        'session_not_live',
        'session_full',
        'session_locked',
        'participant_removed',
        'too_many_connections',
      ],
      rate: { points: 30, seconds: 10 },
    }),
    resume: defineEvent({
      kind: 'session',
      permission: 'live.join',
      summary: 'The facts after a `seq`; `resync` when they are no longer kept: join again.',
      input: z.strictObject({ after: z.number().int().min(0) }),
      reply: z.union([
        z.object({
          facts: z.array(z.looseObject({ seq: z.number().int(), type: z.string() })),
          seq: z.number().int(),
        }),
        z.object({ resync: z.literal(true) }),
      ]),
      errors: ['invalid_input', 'rate_limited', 'not_joined'],
      rate: { points: 30, seconds: 10 },
    }),
    leave: defineEvent({
      kind: 'session',
      permission: 'live.join',
      summary: 'Leave with this connection; the person has left when it was the last.',
      input: z.strictObject({}),
      reply: empty,
      errors: ['invalid_input', 'rate_limited'],
      rate: { points: 30, seconds: 10 },
    }),
    'chat.send': defineEvent({
      kind: 'durable',
      permission: 'live.join',
      summary: 'Write to everybody in the class.',
      input: z.strictObject({ key, text: z.string().trim().min(1).max(limits.chatLength) }),
      reply: z.object({ id, sentAt: instant }),
      errors: [...durable, 'chat_locked'],
      rate: { points: 40, seconds: 10 },
    }),
    'hand.raise': defineEvent({
      kind: 'durable',
      permission: 'live.join',
      summary: 'Join the queue of raised hands; `position` counts from 1.',
      input: z.strictObject({ key }),
      reply: z.object({ position: z.number().int() }),
      errors: [...durable, 'hands_locked'],
      rate: { points: 20, seconds: 10 },
    }),
    'hand.lower': defineEvent({
      kind: 'durable',
      permission: 'live.join',
      summary: 'Lower my hand; a host may lower anybody’s.',
      input: z.strictObject({ key: optionalKey, userId: id.optional() }),
      reply: empty,
      errors: [...durable],
      rate: { points: 40, seconds: 10 },
    }),
    'floor.give': defineEvent({
      kind: 'durable',
      permission: 'live.host',
      summary:
        'Give one person the floor: opens exactly that microphone, whatever the lock, and lowers the hand.',
      input: z.strictObject({ key: optionalKey, userId: id }),
      reply: empty,
      errors: [...durable, 'cannot_speak'],
      rate: { points: 40, seconds: 10 },
    }),
    'floor.take': defineEvent({
      kind: 'durable',
      permission: 'live.join',
      summary: 'Take the floor back; the holder may hand it back too.',
      input: z.strictObject({ key: optionalKey }),
      reply: empty,
      errors: [...durable],
      rate: { points: 40, seconds: 10 },
    }),
    'lock.set': defineEvent({
      kind: 'durable',
      permission: 'live.host',
      summary:
        'Switch microphones, cameras, screens, chat, hands or coming in off or on, for everyone or (with `userId`) for one person.',
      input: z.strictObject({
        key: optionalKey,
        userId: id.optional(),
        microphone: z.boolean().nullish(),
        camera: z.boolean().nullish(),
        screen: z.boolean().nullish(),
        chat: z.boolean().optional(),
        hands: z.boolean().optional(),
        room: z.boolean().optional(),
      }),
      reply: empty,
      errors: [...durable],
      rate: { points: 40, seconds: 10 },
    }),
    'session.end': defineEvent({
      kind: 'durable',
      permission: 'live.host',
      summary:
        'End the class for all. `sessionId` where this connection is not in the class, as when the end is sent again after a crash.',
      input: z.strictObject({ key: optionalKey, sessionId: id.optional() }),
      reply: empty,
      errors: [...durable],
      rate: { points: 10, seconds: 10 },
    }),
    'reaction.send': defineEvent({
      kind: 'volatile',
      permission: 'live.join',
      summary: 'Show a reaction for some seconds.',
      input: z.strictObject({ reaction: z.enum(reactions) }),
      reply: empty,
      errors: ['invalid_input', 'rate_limited', 'not_joined'],
      rate: { points: 20, seconds: 10 },
    }),
    'quality.report': defineEvent({
      kind: 'volatile',
      permission: 'live.join',
      summary: 'How good my connection is, from the browser’s own statistics.',
      input: z.strictObject({ quality: connectionQuality }),
      reply: empty,
      errors: ['invalid_input', 'rate_limited', 'not_joined'],
      rate: { points: 20, seconds: 10 },
    }),
    ...mediaEvents,
  },
  facts: {
    'session.started': z.object({ startedAt: instant }),
    'session.ended': z.object({ endedAt: instant, endedBy: id.nullable() }),
    'session.reopened': z.object({ startedAt: instant, runningSince: instant }),
    'participant.joined': participantView,
    'participant.left': z.object({ userId: id }),
    'participant.reconnecting': z.object({ userId: id }),
    'chat.sent': chatMessageView,
    'hand.raised': handView.extend({ position: z.number().int() }),
    'hand.lowered': z.object({ userId: id }),
    'floor.changed': z.object({ userId: id.nullable() }),
    'lock.changed': z.object({
      locks: roomLocks,
      /** Present when one person's exceptions changed. */
      userId: id.optional(),
      personal: personalLocks.optional(),
    }),
    ...mediaFacts,
  },
  signals: {
    'reaction.sent': z.object({ userId: id, reaction: z.enum(reactions) }),
    'quality.changed': z.object({ userId: id, quality: connectionQuality }),
    /** The server could not keep up with this socket: `resume` with the last `seq`. */
    resync: z.object({}),
    /** This connection is out of the room: rights ended, signed out, or a newer connection of the same tab took its place. */
    'room.closed': z.object({ code: z.string(), message: z.string() }),
    ...mediaSignals,
  },
});

export type LiveFact = Fact<typeof liveChannel>;
export type NewLiveFact = NewFact<typeof liveChannel>;
