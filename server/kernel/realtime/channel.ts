import type { Namespace, Server, Socket } from 'socket.io';
import type { z } from 'zod';
import { errorCatalogue } from '../../../shared/kernel/errors.ts';
import { limits } from '../../../shared/kernel/limits.ts';
import type { ErrorCode, WireError } from '../../../shared/kernel/errors.ts';
import type {
  ChannelContract,
  EventContract,
  EventInput,
  EventReply,
} from '../../../shared/kernel/contract.ts';
import type { Authenticator, UserActor } from '../actor.ts';
import { AppError, invalidInput, toAppError, toWireError } from '../errors.ts';
import type { IncomingMessage } from 'node:http';
import { userAgentOf } from '../http/client.ts';
import { withRequestContext } from '../request-context.ts';
import type { RequestContext } from '../request-context.ts';
import { createRateLimiter } from '../http/rate-limit.ts';
import { isRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Logger } from '../logger.ts';
import { Outgoing } from './outgoing.ts';

/** One socket of one signed-in person. `state` belongs to the feature. */
export interface Connection<C extends ChannelContract, S> {
  id: string;
  actor: UserActor;
  /** Where the socket comes from. */
  context: RequestContext;
  state: S;
  out: Outgoing;
  /** Sends a server event without a `seq` to this socket. */
  signal<T extends keyof C['signals'] & string>(type: T, payload: z.input<C['signals'][T]>): void;
  /** False once the socket is gone; an event that was under way then must clear up after itself. */
  isOpen(): boolean;
  /** Says why and hangs up. */
  close(code: ErrorCode): void;
}

export type ChannelHandlers<C extends ChannelContract, S> = {
  [E in keyof C['events']]: (
    connection: Connection<C, S>,
    input: EventInput<C, E>,
  ) => Promise<EventReply<C, E>>;
};

export interface ChannelFeature<C extends ChannelContract, S> {
  contract: C;
  open(): S;
  handlers: ChannelHandlers<C, S>;
  /** What the rights of an event are about: what the connection is in, or asks to be in. */
  subjectOf(connection: Connection<C, S>, input: unknown): { type: string; id: string } | null;
  /** The socket is gone, for whatever reason. */
  closed(connection: Connection<C, S>): void;
}

export interface ChannelDeps {
  io: Server;
  /** Every contract that is bound is put here: what a walk over all channels goes by. */
  channels: ChannelContract[];
  authenticator: Authenticator;
  log: Logger;
  /** Where a handshake comes from, through proxies as far as they are trusted. */
  addressOf(req: IncomingMessage): string | null;
  /** Parses replies against the contract too; on in development and tests. */
  checkReplies: boolean;
  /** Told of everybody who was refused for want of a right, before they are answered. */
  refused?(actor: UserActor, refusal: Refusal): Promise<void>;
}

export interface Channel<C extends ChannelContract, S> {
  connections(): Iterable<Connection<C, S>>;
  /** Ends every socket of a sign-in. */
  signOut(authSessionId: string, code?: ErrorCode): void;
}

type Ack = (reply: { ok: true; data: unknown } | { ok: false; error: WireError }) => void;

/** Events of one socket that may wait for their turn. */
const maxQueued = 100;
/** Longer than a handshake can take. */
const handshakeMs = 60_000;
/** Refused events after which a socket that does not listen is hung up on. */
const maxRefusals = 200;

/**
 * Binds a feature's handlers to its namespace. This is the one place where a socket event is authenticated, limited,
 * parsed, answered and caught; a throwing handler would otherwise end the process.
 */
export function bindChannel<C extends ChannelContract, S>(
  deps: ChannelDeps,
  feature: ChannelFeature<C, S>,
): Channel<C, S> {
  const namespace = deps.io.of(feature.contract.namespace);
  deps.channels.push(feature.contract);
  const open = new Map<string, Connection<C, S>>();
  // A sign-in may end between the check of its token and the entry of its socket here.
  const ended = new Map<string, ErrorCode>();
  const limiters = new Map(
    Object.entries(feature.contract.events).map(([name, event]) => [name, createEventLimiter(event)]),
  );
  namespace.use((socket, next) => void handshake(deps, socket, next));
  namespace.on('connection', (socket) => {
    const connection = connect<C, S>(deps, socket, feature);
    open.set(socket.id, connection);
    const { userId } = connection.actor;
    const own = [...open.values()].filter(({ actor }) => actor.userId === userId).length;
    if (own > limits.socketsPerPerson) connection.close('too_many_connections');
    receive(deps, feature, limiters, socket, connection);
    socket.on('disconnect', () => {
      open.delete(socket.id);
      try {
        feature.closed(connection);
      } catch (error) {
        deps.log.error({ err: error }, 'closing a connection failed');
      }
    });
    const code = ended.get(connection.actor.authSessionId);
    if (code) connection.close(code);
  });
  return {
    connections: () => open.values(),
    signOut(authSessionId, code = 'session_revoked') {
      ended.set(authSessionId, code);
      setTimeout(() => ended.delete(authSessionId), handshakeMs).unref();
      for (const connection of open.values()) {
        if (connection.actor.authSessionId === authSessionId) connection.close(code);
      }
    },
  };
}

type Next = Parameters<Parameters<Namespace['use']>[0]>[1];

/** Authenticates once; what ends the sign-in later ends the socket (`signOut`), an expired access token does not. */
async function handshake(deps: ChannelDeps, socket: Socket, next: Next): Promise<void> {
  try {
    const { token } = socket.handshake.auth as { token?: unknown };
    if (typeof token !== 'string' || token.length > 4096) throw new AppError('unauthenticated');
    const actor = await deps.authenticator.accessToken(token);
    if (actor.pending) throw new AppError(actor.pending);
    if (actor.apiKey) throw new AppError('api_key_refused');
    socket.data = actor;
    next();
  } catch (error) {
    const known = toAppError(error);
    if (known !== error) deps.log.error({ err: error }, 'a handshake failed');
    next(Object.assign(new Error(known.message), { data: toWireError(known) }));
  }
}

function connect<C extends ChannelContract, S>(
  deps: ChannelDeps,
  socket: Socket,
  feature: ChannelFeature<C, S>,
): Connection<C, S> {
  const out = new Outgoing(socket);
  return {
    id: socket.id,
    actor: socket.data as UserActor,
    context: {
      requestId: socket.id,
      ipAddress: deps.addressOf(socket.request),
      userAgent: userAgentOf(socket.request),
    },
    state: feature.open(),
    out,
    signal: (type, payload) => out.signal(type, payload as object),
    isOpen: () => socket.connected,
    close(code) {
      socket.emit('room.closed', { code, message: errorCatalogue[code].message });
      socket.disconnect(true);
    },
  };
}

function receive<C extends ChannelContract, S>(
  deps: ChannelDeps,
  feature: ChannelFeature<C, S>,
  limiters: Map<string, EventLimiter>,
  socket: Socket,
  connection: Connection<C, S>,
): void {
  let tail: Promise<unknown> = Promise.resolve();
  let queued = 0;
  let refusals = 0;

  const answer = async (name: string, input: unknown, ack: Ack): Promise<void> => {
    try {
      ack({ ok: true, data: await handle(deps, feature, connection, name, input) });
    } catch (error) {
      const known = toAppError(error);
      if (known !== error)
        deps.log.error({ err: error, event: name, socket: socket.id }, 'a socket event failed');
      ack({ ok: false, error: toWireError(known) });
    }
  };

  socket.onAny((name: string, ...args: unknown[]) => {
    const last = args.at(-1);
    const ack = (typeof last === 'function' ? last : () => undefined) as Ack;
    const event = Object.hasOwn(feature.contract.events, name) ? feature.contract.events[name] : undefined;
    const admitted = admit(event, limiters.get(name), connection, queued);
    void admitted.then((refusal) => {
      if (refusal) {
        ack({ ok: false, error: toWireError(refusal) });
        refusals += 1;
        if (refusals >= maxRefusals) connection.close('rate_limited');
        return;
      }
      const input = typeof args[0] === 'function' ? undefined : args[0];
      if (!isOrdered(event as EventContract)) return void answer(name, input, ack);
      queued += 1;
      tail = tail
        .then(() => answer(name, input, ack))
        .finally(() => {
          queued -= 1;
        });
    });
  });
}

type EventLimiter = (who: { id: string; actor: UserActor }) => Promise<unknown>;

/** Sockets of one person that may each have what an event's rate says, where the event reaches nobody else. */
const socketsWithRate = 4;

/** What others see is limited for each person, however many sockets they open. */
function createEventLimiter({ kind, rate }: EventContract): EventLimiter {
  if (kind === 'durable' || kind === 'volatile') {
    const person = createRateLimiter(rate);
    return ({ actor }) => person.take(actor.userId);
  }
  const socket = createRateLimiter(rate);
  const person = createRateLimiter({ ...rate, points: rate.points * socketsWithRate });
  return async ({ id, actor }) => {
    await socket.take(id);
    await person.take(actor.userId);
  };
}

const isOrdered = (event: EventContract): boolean => event.kind === 'durable' || event.kind === 'session';

async function admit(
  event: EventContract | undefined,
  limiter: EventLimiter | undefined,
  who: { id: string; actor: UserActor },
  queued: number,
): Promise<AppError | null> {
  if (!event || !limiter) return new AppError('unknown_event');
  if (queued >= maxQueued) return new AppError('rate_limited', { retryAfterSeconds: 1 });
  try {
    await limiter(who);
    return null;
  } catch (error) {
    return toAppError(error);
  }
}

async function handle<C extends ChannelContract, S>(
  deps: ChannelDeps,
  feature: ChannelFeature<C, S>,
  connection: Connection<C, S>,
  name: keyof C['events'] & string,
  input: unknown,
): Promise<unknown> {
  const event = feature.contract.events[name] as EventContract;
  const parsed = event.input.safeParse(input ?? {});
  if (!parsed.success) throw invalidInput(parsed.error);
  const reply = await withRequestContext(connection.context, () =>
    feature.handlers[name](connection, parsed.data as EventInput<C, typeof name>).catch(
      async (error: unknown) => {
        await tellRefusal(deps, feature, connection, name, parsed.data, error);
        throw error;
      },
    ),
  );
  return deps.checkReplies ? event.reply.parse(reply) : reply;
}

async function tellRefusal<C extends ChannelContract, S>(
  deps: ChannelDeps,
  { contract, subjectOf }: ChannelFeature<C, S>,
  connection: Connection<C, S>,
  name: string,
  input: unknown,
  error: unknown,
): Promise<void> {
  const permission = contract.events[name]?.permission;
  if (!permission || !(error instanceof AppError) || !isRefusal(error.code)) return;
  const operation = `${contract.namespace.slice(1)}:${name}`;
  const subject = subjectOf(connection, input);
  await deps.refused?.(connection.actor, { operation, code: error.code, permission, subject });
}
