import type { MediaSource } from '../../shared/media/contract.ts';
import type { ErrorCode } from '../../shared/kernel/errors.ts';
import type { NewLiveFact } from '../../shared/live/contract.ts';
import type { Invitations } from '../identity/index.ts';
import type { Notices } from '../kernel/db/notices.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { RoomAudience } from '../kernel/realtime/room-audience.ts';
import type { ChannelDeps } from '../kernel/realtime/channel.ts';
import type { FactInput } from '../kernel/realtime/room-log.ts';
import { createAttendanceService } from './attendance.service.ts';
import { ChatMessage } from './chat-message.entity.ts';
import { createChatService } from './chat.service.ts';
import { roomOf } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import { createGrace } from './grace.ts';
import { createGuardService } from './guard.service.ts';
import { HandRaise } from './hand-raise.entity.ts';
import { GuestService } from './guests.service.ts';
import { createHandsService } from './hands.service.ts';
import { classSource, noteSource } from './class-source.ts';
import { createEvictions } from './evictions.ts';
import type { AccessChange } from './evictions.ts';
import { bindLiveChannel } from './live.channel.ts';
import type { LiveChannel } from './live.channel.ts';
import { liveRouteHandlers } from './live.routes.ts';
import { createLocksService } from './locks.service.ts';
import { LiveSession } from './live-session.entity.ts';
import { noteAccessOf } from './note-access.ts';
import { Participant } from './participant.entity.ts';
import { createPresence } from './presence.ts';
import { recoverPresence } from './recovery.ts';
import { createRoomService } from './room.service.ts';
import { SessionEvent } from './session-event.entity.ts';
import { createSessionsService } from './sessions.service.ts';
import { createWatch } from './watch.ts';

export const liveEntities = [LiveSession, Participant, HandRaise, ChatMessage, SessionEvent];

/**
 * How long somebody without a connection is still shown as reconnecting, and a class may be without anybody who leads it
 * (`live.reconnect_grace_seconds`).
 */
const defaultGraceSeconds = 30;

export type { AccessChange };

export interface LiveOptions extends LiveDeps {
  invitations: Invitations;
  notices: Pick<Notices, 'send'>;
  channel: ChannelDeps;
  audience: RoomAudience;
  graceSeconds?: number;
}

/** Live classes: REST, the `/live` channel, and what other features ask of them. */
export interface Live {
  routes: BoundRoute[];
  /** Ends the sockets of a sign-in. */
  signOut(authSessionId: string, code?: ErrorCode): void;
  /** The sign-ins of all sockets. */
  authSessions(): string[];
  start(): Promise<void>;
  stop(): Promise<void>;
  /** For media: whether a person may receive, or send a source, in a class now. */
  authorizeMedia(userId: string, sessionId: string, action: 'receive' | MediaSource): Promise<boolean>;
  /** For media: facts into the log of a class. */
  emitMedia(sessionId: string, facts: readonly FactInput[]): Promise<void>;
  /** For media: signals to everybody in a class, not kept. */
  broadcast(sessionId: string, type: string, payload: object): void;
  /** For notes: the access of a person to the note of a class; null = there is none for them. */
  noteAccess(userId: string, documentId: string): Promise<'none' | 'view' | 'edit' | null>;
  /** Rights may have changed: whoever lost theirs is out of classes, streams and notes of this node. */
  rightsChanged(concerned: AccessChange): Promise<void>;
  /** What the clock has happen: people who are gone, classes that nobody leads or ended, rights that ran out. By itself every few seconds. */
  lookAfter(): Promise<void>;
  metrics(): { connections: number };
}

export function createLive(options: LiveOptions): Live {
  const { db, log, roomLog, audience } = options;
  const presence = createPresence((sessionId, userId, quality) =>
    audience.signal(roomOf(sessionId), {
      type: 'quality.changed',
      payload: { userId, quality },
      stateOf: `quality ${userId}`,
    }),
  );
  const graceSeconds = options.graceSeconds ?? defaultGraceSeconds;
  const grace = createGrace(graceSeconds, log);
  const evictions = createEvictions(options, grace);
  const guard = createGuardService(options, graceSeconds, (sessionId) =>
    grace.start(`guard ${sessionId}`, () => guard.settle(sessionId)),
  );
  const sessions = createSessionsService(
    options,
    guard,
    (sessionId, status) => void evictions.classChanged(sessionId, status, channel),
  );
  const rooms = createRoomService(options, presence, guard);
  const chat = createChatService(options);
  const hands = createHandsService(options);
  const locks = createLocksService(options);
  const channel: LiveChannel = bindLiveChannel({
    ...options,
    presence,
    grace,
    sessions,
    rooms,
    chat,
    hands,
    locks,
  });
  const guests = new GuestService(options);
  options.invitations.open('live_session', guests.door());
  options.access.relate('live_session', classSource);
  options.access.relate('note', noteSource);
  const watch = createWatch({
    ...options,
    presence,
    grace,
    graceSeconds,
    guard,
    rooms,
    sessions,
    review: (userId) => evictions.rightsChanged({ userId }, rooms, channel),
  });

  return {
    routes: liveRouteHandlers(sessions, createAttendanceService(options), guests),
    signOut: (authSessionId, code) => channel.signOut(authSessionId, code),
    authSessions: () => [...channel.connections()].map(({ actor }) => actor.authSessionId),
    async start() {
      await recoverPresence(options, rooms, grace);
      watch.start();
    },
    async stop() {
      watch.stop();
      grace.stop();
    },
    authorizeMedia: (userId, sessionId, action) => locks.authorize(userId, sessionId, action),
    async emitMedia(sessionId, facts) {
      await db.transaction((tx) =>
        roomLog.append(tx, roomOf(sessionId), facts as readonly (FactInput & NewLiveFact)[]),
      );
    },
    broadcast: (sessionId, type, payload) =>
      audience.signal(roomOf(sessionId), { type, payload, stateOf: type }),
    noteAccess: (userId, documentId) => noteAccessOf(options, userId, documentId),
    rightsChanged: (concerned) => evictions.rightsChanged(concerned, rooms, channel),
    async lookAfter() {
      await watch.beat();
      await watch.minute();
    },
    metrics: () => ({ connections: [...channel.connections()].length }),
  };
}
