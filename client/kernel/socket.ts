import { io } from 'socket.io-client';
import type { ChannelContract, EventInput, EventReply } from '../../shared/kernel/contract.ts';
import type { WireError } from '../../shared/kernel/errors.ts';
import { RequestError } from './request-error.ts';
import { askAgain, freshToken, renewToken } from './token.ts';

type Ack = { ok: true; data: unknown } | { ok: false; error: WireError };

/** One connection to a namespace. It reconnects by itself; what to do after each connect is the listener's business. */
export interface ChannelSocket<C extends ChannelContract> {
  /** @throws RequestError: the server's refusal, `timeout`, or `disconnected` */
  request<E extends keyof C['events'] & string>(event: E, input: EventInput<C, E>): Promise<EventReply<C, E>>;
  /** As `request`, for events whose name is only known at run time (the outbox, media). */
  requestUntyped(event: string, input: unknown): Promise<unknown>;
  isConnected(): boolean;
  close(): void;
}

export interface ChannelListener {
  onConnect(): void;
  onDisconnect(): void;
  onMessage(type: string, payload: unknown): void;
  /** The server does not accept this sign-in (any more): no further tries are made. */
  onRefused(code: string): void;
}

const ackTimeout = 12_000;
const staleToken = new Set(['token_expired', 'token_invalid', 'unauthenticated']);
/** Codes that say that the sign-in is over. */
const signedOutCodes = new Set(['session_revoked', 'session_superseded']);
const finalRefusals = new Set([
  ...signedOutCodes,
  'account_inactive',
  'account_suspended',
  'origin_not_allowed',
  'must_change_password',
  'two_factor_setup_required',
]);

/** Opens the channel's namespace with the current access token; every reconnect brings a fresh one. */
export function openChannel<C extends ChannelContract>(
  channel: C,
  listener: ChannelListener,
): ChannelSocket<C> {
  let retry: ReturnType<typeof setTimeout> | undefined;
  let closed = false;
  let lastToken: string | null = null;

  const socket = io(channel.namespace, {
    transports: ['websocket'],
    // Tabs of one browser must not share a connection: each has its own place in the room.
    forceNew: true,
    autoConnect: false,
    reconnectionDelay: 400,
    reconnectionDelayMax: 5_000,
    timeout: 10_000,
    auth: (give) => {
      freshToken().then(
        (token) => {
          lastToken = token;
          if (token === null) end('unauthenticated');
          give({ token });
        },
        // The server is away: let the connection fail by itself and be tried again.
        () => give({ token: lastToken }),
      );
    },
  });

  const end = (code: string): void => {
    if (closed) return;
    close();
    listener.onRefused(code);
  };
  const close = (): void => {
    closed = true;
    clearTimeout(retry);
    socket.disconnect();
  };
  const reconnectSoon = (): void => {
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), 500 + Math.random() * 1500);
  };

  socket.on('connect', listener.onConnect);
  socket.on('disconnect', () => {
    if (closed) return;
    listener.onDisconnect();
    // `active` is false when the server hung up: the client library leaves the next try to us.
    if (!socket.active) reconnectSoon();
  });
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    if (closed || socket.active) return;
    const code = error.data?.code ?? error.message;
    if (finalRefusals.has(code)) end(code);
    else if (staleToken.has(code))
      void renewToken(lastToken).then((token) => (token ? reconnectSoon() : end(code)), reconnectSoon);
    else reconnectSoon();
  });
  socket.onAny((type: string, payload: { code?: string } | undefined) => {
    listener.onMessage(type, payload);
    // The whole page learns of it, not this connection alone, and says why.
    if (type === 'room.closed' && signedOutCodes.has(payload?.code ?? '')) askAgain().catch(() => undefined);
  });
  socket.connect();

  const requestUntyped = async (event: string, input: unknown): Promise<unknown> => {
    if (!socket.connected) throw new RequestError({ code: 'disconnected', message: 'Not connected.' });
    const ack = await socket
      .timeout(ackTimeout)
      .emitWithAck(event, input)
      .then(
        (answer: Ack) => answer,
        () => null,
      );
    if (ack === null)
      throw new RequestError({ code: socket.connected ? 'timeout' : 'disconnected', message: 'No answer.' });
    if (!ack.ok) throw new RequestError(ack.error);
    return ack.data;
  };

  return {
    requestUntyped,
    request: (event, input) => requestUntyped(event, input) as Promise<never>,
    isConnected: () => socket.connected,
    close,
  };
}
