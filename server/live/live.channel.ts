import { randomUUID } from 'node:crypto';
import { liveChannel } from '../../shared/live/contract.ts';
import { limits } from '../../shared/kernel/limits.ts';
import type { EmptyReply, EventInput, EventReply } from '../../shared/kernel/contract.ts';
import { mediaEvents } from '../../shared/media/contract.ts';
import { AppError } from '../kernel/errors.ts';
import { bindChannel } from '../kernel/realtime/channel.ts';
import type { Channel, ChannelDeps, ChannelHandlers, Connection } from '../kernel/realtime/channel.ts';
import type { RoomAudience } from '../kernel/realtime/room-audience.ts';
import type { MediaPeer } from '../media/index.ts';
import type { ChatService } from './chat.service.ts';
import { roomOf } from './deps.ts';
import type { LiveDeps } from './deps.ts';
import { graceKey } from './grace.ts';
import type { Grace } from './grace.ts';
import type { HandsService } from './hands.service.ts';
import type { LocksService } from './locks.service.ts';
import type { Presence } from './presence.ts';
import type { RoomService } from './room.service.ts';
import type { SessionsService } from './sessions.service.ts';

/** The class a connection is in. */
interface Joined {
  sessionId: string;
  peer: MediaPeer;
  unsubscribe: () => void;
}

interface LiveState {
  joined: Joined | null;
  /** The class it is on its way into. */
  entering: string | null;
  /** The tab behind this connection: who joins anew with it keeps its streams. */
  tabId: string | null;
}

type Contract = typeof liveChannel;
type LiveConnection = Connection<Contract, LiveState>;

export interface LiveChannelDeps extends Omit<LiveDeps, 'roomLog'> {
  channel: ChannelDeps;
  audience: RoomAudience;
  presence: Presence;
  grace: Grace;
  sessions: SessionsService;
  rooms: RoomService;
  chat: ChatService;
  hands: HandsService;
  locks: LocksService;
}

export interface LiveChannel extends Channel<Contract, LiveState> {
  /** A class goes on: whoever stayed connected to it is in it again, as after a join, or is out where the right has ended. */
  reenter(sessionId: string): Promise<void>;
}

/** Connections that come in at the same moment. */
const atOnce = 8;

/** Binds the `/live` namespace. */
export function bindLiveChannel(deps: LiveChannelDeps): LiveChannel {
  const { rooms, presence } = deps;

  async function join(
    connection: LiveConnection,
    { sessionId, tabId }: EventInput<Contract, 'join'>,
  ): Promise<EventReply<Contract, 'join'>> {
    const { userId } = connection.actor;
    const seen = isSeen(sessionId, userId);
    await leave(connection, connection.state.joined?.sessionId === sessionId ? 'again' : 'left');
    connection.state.tabId = tabId ?? connection.state.tabId ?? randomUUID();
    connection.state.entering = sessionId;
    await takeOver(connection, sessionId);
    const connections = presence.enter(sessionId, userId, connection.id);
    let unsubscribe = (): void => undefined;
    try {
      if (connections > limits.connectionsPerPerson) throw new AppError('too_many_connections');
      unsubscribe = await deps.audience.join(roomOf(sessionId), { userId, out: connection.out });
      await rooms.enter(connection.actor, sessionId, seen);
      deps.grace.cancel(graceKey(sessionId, userId));
      connection.state.joined = { sessionId, peer: attach(connection, sessionId), unsubscribe };
      const state = await rooms.snapshot(connection.actor, sessionId);
      // Gone while coming in: nobody will report this connection lost any more.
      if (!connection.isOpen()) await leave(connection, 'lost');
      return state;
    } catch (error) {
      if (connection.state.joined) await leave(connection, 'lost');
      else {
        unsubscribe();
        await refused(sessionId, connection);
      }
      throw error;
    } finally {
      connection.state.entering = null;
    }
  }

  /** Whether others see the person in the class already, through this connection or another one. */
  const isSeen = (sessionId: string, userId: string): boolean =>
    [...channel.connections()].some(
      ({ actor, state, isOpen }) =>
        actor.userId === userId && state.joined?.sessionId === sessionId && isOpen(),
    );

  /**
   * A tab that comes back may be faster than the news that its former connection is dead. That one counts no more: a
   * network that comes and goes must not use up a person's connections.
   */
  async function takeOver(connection: LiveConnection, sessionId: string): Promise<void> {
    const former = [...channel.connections()].filter(
      ({ id, actor, state }) =>
        id !== connection.id &&
        actor.userId === connection.actor.userId &&
        state.tabId === connection.state.tabId &&
        (state.joined?.sessionId ?? state.entering) === sessionId,
    );
    for (const one of former) {
      await leave(one, 'again');
      presence.leave(sessionId, one.actor.userId, one.id);
      one.close('connection_replaced');
    }
  }

  function attach(connection: LiveConnection, roomId: string): MediaPeer {
    const { actor, state } = connection;
    const tabId = (state.tabId ??= randomUUID());
    const signal: Parameters<typeof deps.media.attach>[0]['signal'] = (type, payload) =>
      connection.signal(type, payload as never);
    return deps.media.attach({ roomId, userId: actor.userId, tabId, signal });
  }

  /** Puts a connection that stayed over the end of a class into it again. */
  async function goOn(connection: LiveConnection, joined: Joined): Promise<void> {
    const { sessionId } = joined;
    const { userId } = connection.actor;
    try {
      await rooms.enter(connection.actor, sessionId, false);
    } catch (error) {
      // Ended again before it was this one's turn: the next reopening comes here anew.
      if (error instanceof AppError && error.code === 'session_not_live') return;
      if (!(error instanceof AppError)) deps.log.error({ err: error }, 'a class could not be gone on with');
      connection.close(error instanceof AppError ? 'forbidden' : 'unavailable');
      return;
    }
    if (connection.state.joined === joined) joined.peer = attach(connection, sessionId);
    // Gone meanwhile, and the news of it found nobody in the class.
    else if (!presence.isConnected(sessionId, userId)) await rooms.gone(sessionId, userId, 'left');
  }

  /** `again` keeps the attendance open: the same connection joins anew. */
  async function leave(connection: LiveConnection, how: 'left' | 'again' | 'lost'): Promise<void> {
    const { joined } = connection.state;
    if (!joined) return;
    connection.state.joined = null;
    joined.unsubscribe();
    if (how === 'left') await joined.peer.close();
    else joined.peer.detach();
    if (how === 'again') presence.leave(joined.sessionId, connection.actor.userId, connection.id);
    else await depart(joined.sessionId, connection, how);
  }

  /** It did not come in. Whoever was reconnecting goes on doing so, for as long as before. */
  async function refused(sessionId: string, connection: LiveConnection): Promise<void> {
    const { userId } = connection.actor;
    const left = presence.leave(sessionId, userId, connection.id);
    if (left === 0 && !deps.grace.has(graceKey(sessionId, userId))) await missing(sessionId, userId);
  }

  /** The last connection of somebody is gone. */
  async function missing(sessionId: string, userId: string): Promise<void> {
    deps.grace.start(graceKey(sessionId, userId), () => rooms.gone(sessionId, userId, 'disconnected'));
    await rooms.lost(sessionId, [userId]).catch((error: unknown) => {
      deps.log.error({ err: error }, 'a lost connection could not be noted');
      deps.grace.attempt(`lost ${graceKey(sessionId, userId)}`, () => rooms.lost(sessionId, [userId]));
    });
  }

  /** One connection less; with a person's last one they have left, or their grace begins. */
  async function depart(sessionId: string, connection: LiveConnection, how: 'left' | 'lost'): Promise<void> {
    const { userId } = connection.actor;
    if (presence.leave(sessionId, userId, connection.id) > 0) return;
    if (how === 'lost') return missing(sessionId, userId);
    await rooms.gone(sessionId, userId, 'left').catch((error: unknown) => {
      // They are gone all the same.
      deps.grace.attempt(graceKey(sessionId, userId), () => rooms.gone(sessionId, userId, 'left'));
      throw error;
    });
  }

  /** The class of a connection. @throws AppError not_joined */
  const here = (connection: LiveConnection): Joined => {
    if (!connection.state.joined) throw new AppError('not_joined');
    return connection.state.joined;
  };
  const signalAll = (connection: LiveConnection, type: string, payload: object): EmptyReply => {
    deps.audience.signal(roomOf(here(connection).sessionId), { type, payload });
    return {};
  };

  const handlers: ChannelHandlers<Contract, LiveState> = {
    join,
    async resume(connection, { after }) {
      return (await rooms.missed(here(connection).sessionId, after)) ?? { resync: true };
    },
    async leave(connection) {
      await leave(connection, 'left');
      return {};
    },
    'chat.send': (connection, input) => deps.chat.send(connection.actor, here(connection).sessionId, input),
    'hand.raise': (connection, { key }) =>
      deps.hands.raise(connection.actor, here(connection).sessionId, key),
    'hand.lower': (connection, { key, userId }) =>
      deps.hands.lower(connection.actor, here(connection).sessionId, key, userId),
    'floor.give': (connection, { key, userId }) =>
      deps.hands.giveFloor(connection.actor, here(connection).sessionId, key, userId),
    'floor.take': (connection, { key }) =>
      deps.hands.takeFloor(connection.actor, here(connection).sessionId, key),
    'lock.set': (connection, input) => deps.locks.set(connection.actor, here(connection).sessionId, input),
    'session.end': (connection, { key, sessionId }) =>
      deps.sessions.endFromRoom(connection.actor, sessionId ?? here(connection).sessionId, key),
    'reaction.send': async (connection, { reaction }) =>
      signalAll(connection, 'reaction.sent', { userId: connection.actor.userId, reaction }),
    async 'quality.report'(connection, { quality }) {
      presence.rate(here(connection).sessionId, connection.actor.userId, connection.id, quality);
      return {};
    },
    ...mediaHandlers((connection) => here(connection).peer),
  };

  const channel = bindChannel(deps.channel, {
    contract: liveChannel,
    open: (): LiveState => ({ joined: null, entering: null, tabId: null }),
    handlers,
    subjectOf({ state }, input) {
      const asked = (input as { sessionId?: string }).sessionId ?? state.joined?.sessionId;
      return asked === undefined ? null : { type: 'live_session', id: asked };
    },
    closed(connection) {
      leave(connection, 'lost').catch((error: unknown) =>
        deps.log.error({ err: error }, 'a closed connection could not leave its class'),
      );
    },
  });

  return {
    ...channel,
    async reenter(sessionId) {
      const stayed = [...channel.connections()].flatMap((connection) =>
        connection.state.joined?.sessionId === sessionId
          ? [{ connection, joined: connection.state.joined }]
          : [],
      );
      for (let at = 0; at < stayed.length; at += atOnce)
        await Promise.all(stayed.slice(at, at + atOnce).map((one) => goOn(one.connection, one.joined)));
    },
  };
}

type MediaHandlers = Pick<ChannelHandlers<Contract, LiveState>, keyof typeof mediaEvents>;

/** Media signalling goes to the peer of the connection's class as it is. */
function mediaHandlers(peer: (connection: LiveConnection) => MediaPeer): MediaHandlers {
  const entries = (Object.keys(mediaEvents) as (keyof typeof mediaEvents)[]).map((event) => [
    event,
    async (connection: LiveConnection, input: never) => peer(connection).handle(event, input),
  ]);
  return Object.fromEntries(entries) as MediaHandlers;
}
