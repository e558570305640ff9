import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { WireError } from '../../shared/kernel/errors.ts';
import type { RoomSnapshot } from '../../shared/live/contract.ts';

export type Reply<T> = { ok: true; data: T } | { ok: false; error: WireError };

/** A server event as it arrived. */
export interface Received {
  type: string;
  seq?: number;
  [field: string]: unknown;
}

/** A refused event. */
export class Refusal extends Error {
  readonly code: string;
  readonly data: unknown;
  constructor(event: string, error: WireError) {
    super(`${event}: ${error.code}`);
    this.code = error.code;
    this.data = error.data;
  }
}

/** A bare client of `/live`: sends events, remembers everything it is sent, and lets a test await it. */
export class LiveSocket {
  readonly socket: Socket;
  readonly received: Received[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.onAny((type: string, payload: object) => {
      this.received.push({ ...payload, type });
      for (const look of this.#waiting) look();
    });
  }

  /** Connects, or rejects with the code of the refused handshake. */
  static async connect(
    url: string,
    token: string,
    options: { reconnection?: boolean } = {},
  ): Promise<LiveSocket> {
    const socket = io(`${url}/live`, {
      transports: ['websocket'],
      auth: { token },
      forceNew: true,
      reconnection: options.reconnection ?? false,
    });
    const client = new LiveSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', (error) =>
        reject(Object.assign(error, { code: (error as { data?: WireError }).data?.code })),
      );
    });
    return client;
  }

  /** Sends an event and gives the whole acknowledgement. */
  send<T = unknown>(event: string, input: unknown = {}): Promise<Reply<T>> {
    return this.socket.timeout(15_000).emitWithAck(event, input) as Promise<Reply<T>>;
  }

  /** Sends an event and gives its data; rejects with a {@link Refusal}. */
  async call<T = Record<string, unknown>>(event: string, input: unknown = {}): Promise<T> {
    const reply = await this.send<T>(event, input);
    if (!reply.ok) throw new Refusal(event, reply.error);
    return reply.data;
  }

  /** A durable event with a key of its own. */
  durable<T = Record<string, unknown>>(event: string, input: object = {}): Promise<T> {
    return this.call<T>(event, { key: randomUUID(), ...input });
  }

  join(sessionId: string, tabId?: string): Promise<{ snapshot: RoomSnapshot; seq: number }> {
    return this.call('join', { sessionId, ...(tabId ? { tabId } : {}) });
  }

  /** The first event of that type, already here or still to come, that `matches`. */
  async fact(type: string, matches: (event: Received) => boolean = () => true): Promise<Received> {
    return this.until(() => this.received.find((event) => event.type === type && matches(event)), type);
  }

  /** Waits until `look` finds something among what was received. */
  until<T>(look: () => T | undefined, what = 'event', milliseconds = 15_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(again);
        reject(
          new Error(
            `no ${what} within ${milliseconds} ms; received ${this.received.map((event) => event.type).join(', ')}`,
          ),
        );
      }, milliseconds);
      const again = () => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(again);
        resolve(found);
      };
      this.#waiting.add(again);
      again();
    });
  }

  /** Facts with a `seq`, in the order of arrival. */
  get facts(): Received[] {
    return this.received.filter((event) => event.seq !== undefined);
  }

  closed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.socket.disconnected) resolve();
      else this.socket.once('disconnect', () => resolve());
    });
  }

  close(): void {
    this.socket.disconnect();
  }
}
