import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import type { WireError } from '../../../shared/kernel/errors.ts';

type Reply<T> = { ok: true; data: T } | { ok: false; error: WireError };

const patienceMs = 60_000;

/** A client of the `/live` namespace, for Lectern and for the bench's own chat alike. */
export class LiveSocket {
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Rejects when the handshake is refused. */
  static async connect(url: string, token: string): Promise<LiveSocket> {
    const socket = io(`${url}/live`, {
      transports: ['websocket'],
      auth: { token },
      forceNew: true,
      reconnection: false,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return new LiveSocket(socket);
  }

  /** Sends an event; rejects with the code when it is refused. */
  async call<T = Record<string, unknown>>(event: string, input: object): Promise<T> {
    const reply = (await this.socket.timeout(patienceMs).emitWithAck(event, input)) as Reply<T>;
    if (!reply.ok) throw new Error(`${event}: ${reply.error.code}`);
    return reply.data;
  }

  close(): void {
    this.socket.disconnect();
  }
}
