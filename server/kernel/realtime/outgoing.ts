import type { Socket } from 'socket.io';

/** Packets that may wait for a slow reader before the server stops feeding it. */
const highWater = 500;

interface Engine {
  writeBuffer: unknown[];
  on(event: 'drain', listener: () => void): void;
}

/**
 * What a socket is sent, bounded. A reader that cannot keep up is not fed more and more memory: from the high-water
 * mark on facts are dropped, and when it has caught up it is told to `resync`, which brings what it missed from the log.
 */
export class Outgoing {
  readonly #socket: Socket;
  #dropped = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    const engine = socket.conn as unknown as Engine;
    engine.on('drain', () => {
      if (!this.#dropped || engine.writeBuffer.length > 0) return;
      this.#dropped = false;
      socket.emit('resync', {});
    });
  }

  /** Whether the reader is behind; facts are then dropped. */
  get behind(): boolean {
    return (this.#socket.conn as unknown as Engine).writeBuffer.length > highWater;
  }

  /** Sends a fact, or drops it and remembers that something is missing. */
  fact(type: string, payload: object): void {
    // After a drop nothing is sent until the reader has resumed, or it would see a gap for nothing.
    if (this.#dropped) return;
    if (this.behind) this.#dropped = true;
    else this.#socket.emit(type, payload);
  }

  /** Sends what has no `seq`; a reader that is behind does not get it. */
  signal(type: string, payload: object): void {
    if (!this.behind) this.#socket.emit(type, payload);
  }
}
