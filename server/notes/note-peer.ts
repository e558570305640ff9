import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { errorCatalogue } from '../../shared/kernel/errors.ts';
import { noteCloseCodes } from '../../shared/notes/contract.ts';
import type { NoteAccess } from '../../shared/notes/contract.ts';
import { committedFrame, deniedFrame } from './protocol.ts';
import type { NoteUser } from './room-awareness.ts';
import type { NoteSettings } from './settings.ts';
import { TokenBucket } from './token-bucket.ts';

/** Close codes of RFC 6455 that a note's socket uses besides its own. */
export const protocolCloseCodes = { text: 1003, malformed: 1007 } as const;

/** After the closing handshake began: a client that does not finish it is cut. */
const closeGraceMs = 3000;

interface PeerIdentity {
  user: NoteUser;
  authSessionId: string;
  documentId: string;
  wantsCommitted: boolean;
}

/** One socket of one person on one document. */
export class NotePeer {
  readonly user: NoteUser;
  readonly authSessionId: string;
  readonly documentId: string;
  access: NoteAccess = 'none';
  /** Rises when the person's rights may have changed, so that an older answer about them is not believed. */
  rightsVersion = 0;
  /** Has had its opening state, so it can follow what others write. */
  follows = false;
  alive = true;
  lastSentAt: number;

  readonly #socket: WebSocket;
  readonly #wire: Duplex;
  readonly #wantsCommitted: boolean;
  readonly #settings: NoteSettings;
  readonly #frames: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #now: () => number;
  #accepted = 0;
  #committed = 0;
  #told = 0;
  /** How many frames came before the first refused one: beyond it nothing is counted. */
  #countable = Infinity;
  #unstored = 0;
  #opening = 0;
  #busy = false;
  readonly #closed = Promise.withResolvers<void>();

  /** `wire` is what `socket` writes to. */
  constructor(
    socket: WebSocket,
    wire: Duplex,
    identity: PeerIdentity,
    settings: NoteSettings,
    now: () => number,
  ) {
    this.user = identity.user;
    this.authSessionId = identity.authSessionId;
    this.documentId = identity.documentId;
    this.#wantsCommitted = identity.wantsCommitted;
    this.#socket = socket;
    this.#wire = wire;
    this.#settings = settings;
    this.#now = now;
    this.lastSentAt = now();
    this.#frames = new TokenBucket(settings.framesPerSecond, settings.framesBurst, now());
    this.#bytes = new TokenBucket(settings.bytesPerSecond, settings.bytesBurst, now());
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Counts against the socket's rate; false when it is too fast. */
  takeBytes(amount: number): boolean {
    return this.#bytes.take(amount, this.#now());
  }

  takeFrame(): boolean {
    return this.#frames.take(1, this.#now());
  }

  send(frame: Uint8Array): void {
    if (this.#mayTakeMore()) this.#socket.send(frame);
  }

  /**
   * What {@link webSocketMessages} made, the same bytes for everybody. Between two frames of `ws` nothing is under way: without
   * compression it writes each at once.
   */
  sendMessages(messages: Uint8Array): void {
    if (this.#mayTakeMore()) this.#wire.write(messages);
  }

  #mayTakeMore(): boolean {
    if (!this.isOpen) return false;
    // A client that does not read would make the server keep everything for it.
    if (this.#socket.bufferedAmount > this.#settings.unsentBytesPerSocket + this.#opening) {
      this.close(noteCloseCodes.tryAgain, 'not reading');
      this.#socket.terminate();
      return false;
    }
    this.lastSentAt = this.#now();
    return true;
  }

  /** The opening state may be larger than what may otherwise wait. */
  sendOpening(frames: readonly Uint8Array[]): void {
    for (const frame of frames) {
      this.#opening += frame.length;
      if (!this.isOpen) return;
      this.lastSentAt = this.#now();
      this.#socket.send(frame, () => {
        this.#opening -= frame.length;
      });
    }
    this.follows = true;
  }

  /** A frame of this socket's waits to be stored; above the limit nothing more is read from it. */
  waits(bytes: number): void {
    this.#accepted += 1;
    this.#unstored += bytes;
    this.#flow();
  }

  /** The oldest waiting frame is stored: frames of one socket are stored in the order they came. */
  stored(bytes: number): void {
    this.#unstored -= bytes;
    this.#committed += 1;
    this.#flow();
  }

  /** Tells the count, where the client asked for it. */
  sendCommitted(): void {
    const count = Math.min(this.#committed, this.#countable);
    if (!this.#wantsCommitted || count === this.#told) return;
    this.#told = count;
    this.send(committedFrame(count));
  }

  /** The edit is not taken, not relayed and not counted; nor is any later one counted on this connection. */
  deny(): void {
    this.#countable = Math.min(this.#countable, this.#accepted);
    this.send(deniedFrame(`note_locked: ${errorCatalogue.note_locked.message}`));
  }

  /** While one frame is worked on, the next is not read. */
  set busy(busy: boolean) {
    this.#busy = busy;
    this.#flow();
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** A reason is at most 123 bytes long (RFC 6455, 5.5). */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    // A paused socket would never read the client's answer to the closing handshake.
    this.#socket.resume();
    setTimeout(() => this.#socket.terminate(), closeGraceMs).unref();
  }

  /** Resolves when the socket has ended. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  gone(): void {
    this.#closed.resolve();
  }

  ping(): void {
    this.alive = false;
    if (this.isOpen) this.#socket.ping();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #flow(): void {
    if (!this.isOpen) return;
    const stop = this.#busy || this.#unstored > this.#settings.unstoredBytesPerSocket;
    if (stop && !this.#socket.isPaused) this.#socket.pause();
    else if (!stop && this.#socket.isPaused) this.#socket.resume();
  }
}
