import type { Socket } from 'socket.io';

/** Packets that may wait for a slow reader before the server stops feeding it. */
const highWater = 500;

/** Something that is told and not kept. */
export interface Signal {
  type: string;
  payload: object;
  /** What it tells the state of, where who missed it would go on believing an older one. */
  stateOf?: string;
}

interface Engine {
  writeBuffer: unknown[];
  on(event: 'drain', listener: () => void): void;
}

/**
 * What a socket is sent, bounded. A reader that cannot keep up is not fed more and more memory: from the high-water
 * mark on facts are dropped, and when it has caught up it is told to `resync`, which brings what it missed from the log.
 * Of signals that tell how something stands the newest is kept for it.
 */
export class Outgoing {
  readonly socket: Socket;
  #dropped = false;
  /** By what they tell of. */
  readonly #states = new Map<string, Signal>();

  constructor(socket: Socket) {
    this.socket = socket;
    const engine = socket.conn as unknown as Engine;
    engine.on('drain', () => {
      if (engine.writeBuffer.length > 0) return;
      for (const { type, payload } of this.#states.values()) socket.emit(type, payload);
      this.#states.clear();
      if (!this.#dropped) return;
      this.#dropped = false;
      socket.emit('resync', {});
    });
  }

  /** Whether the reader is behind; facts are then dropped. */
  get behind(): boolean {
    return (this.socket.conn as unknown as Engine).writeBuffer.length > highWater;
  }

  /** Sends a fact to each, or drops it for who is behind and remembers that something is missing. */
  static factToAll(all: readonly Outgoing[], type: string, payload: object): void {
    broadcast(
      all.filter((one) => one.#takesFact()),
      type,
      payload,
    );
  }

  /** Sends what has no `seq` to each; who is behind does not get it, or where it tells a state, the newest when it has caught up. */
  static signalAll(all: readonly Outgoing[], signal: Signal): void {
    broadcast(
      all.filter((one) => one.#takesSignal(signal)),
      signal.type,
      signal.payload,
    );
  }

  /** Sends what has no `seq`; a reader that is behind does not get it. */
  signal(type: string, payload: object): void {
    if (!this.behind) this.socket.emit(type, payload);
  }

  #takesSignal(signal: Signal): boolean {
    const { stateOf } = signal;
    // An older state that waits is followed by the newer one, not overtaken by it.
    if (stateOf === undefined || !(this.behind || this.#states.has(stateOf))) return !this.behind;
    this.#states.set(stateOf, signal);
    return false;
  }

  #takesFact(): boolean {
    // After a drop nothing is sent until the reader has resumed, or it would see a gap for nothing.
    if (this.#dropped) return false;
    this.#dropped = this.behind;
    return !this.#dropped;
  }
}

/** Encoded once for all of them; each socket is in a room of its own, by its id. */
function broadcast(all: readonly Outgoing[], type: string, payload: object): void {
  const [first] = all;
  if (!first) return;
  first.socket.nsp.local.to(all.map(({ socket }) => socket.id)).emit(type, payload);
}
