import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { id as idSchema } from '../../shared/kernel/ids.ts';
import { limits } from '../../shared/kernel/limits.ts';
import { noteCloseCodes } from '../../shared/notes/contract.ts';
import type { NoteAccess } from '../../shared/notes/contract.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Tokens } from '../kernel/tokens.ts';
import type { DocumentRoom } from './document-room.ts';
import type { DocumentRooms } from './document-rooms.ts';
import { NotePeer, protocolCloseCodes } from './note-peer.ts';
import { MalformedFrame, readFrame } from './protocol.ts';
import type { NoteSettings } from './settings.ts';

/** What a note token says: who, under which sign-in, on which document. */
export interface NoteClaims {
  sub: string;
  sid: string;
  doc: string;
  name: string;
}

export interface NoteSocketDeps {
  rooms: DocumentRooms;
  tokens: Tokens;
  settings: NoteSettings;
  log: Logger;
  now: () => number;
  authorize: (userId: string, documentId: string) => Promise<NoteAccess | null>;
  isSignedIn: (authSessionId: string) => Promise<boolean>;
}

/** RFC 6455 says 1009 for a message too big; a stock client would then retry with the same message for ever. */
class NoteWebSocket extends WebSocket {
  override close(code?: number, reason?: string | Buffer): void {
    if (code === 1009) super.close(noteCloseCodes.tooLarge, 'larger than one frame may be');
    else super.close(code, reason);
  }
}

/** A connection that may not come in, or not stay. */
class Refusal extends Error {
  readonly closeCode: number;
  constructor(closeCode: number, reason: string) {
    super(reason);
    this.closeCode = closeCode;
  }
}

const sweepEveryMs = 5000;
const stopGraceMs = 2000;
/** Longer than the log's own limits, shorter than a shutdown may take. */
const drainMs = 6000;

/** Sockets of all notes: who may open one, what arrives on it, and when it ends. */
export class NoteSockets {
  readonly #deps: NoteSocketDeps;
  readonly #server: WebSocketServer;
  /** From the verified token to the end of the socket. */
  readonly #peers = new Map<NotePeer, DocumentRoom | null>();
  readonly #working = new Set<Promise<void>>();
  #sweeper: NodeJS.Timeout | undefined;
  #sweptAt = 0;
  #stopping = false;
  readonly counts = { opened: 0, refused: 0, malformed: 0 };

  constructor(deps: NoteSocketDeps) {
    this.#deps = deps;
    this.#server = new WebSocketServer<typeof NoteWebSocket>({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.noteFrameBytes,
      WebSocket: NoteWebSocket,
    });
  }

  get size(): number {
    return this.#peers.size;
  }

  start(): void {
    this.#sweeper = setInterval(() => this.#sweep(), sweepEveryMs);
    this.#sweeper.unref();
  }

  /** The handshake is completed first: a browser learns nothing from an HTTP refusal, but reads a close code. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (websocket) => {
      // Nothing is read, hence nothing kept, until it is known who speaks.
      websocket.pause();
      websocket.on('error', () => undefined);
      void this.#welcome(websocket, socket, request.url ?? '');
    });
  }

  /** Asks again what a person may do, and acts on the answer. */
  async revoke(userId: string, documentId?: string): Promise<void> {
    const affected = [...this.#peers.keys()].filter(
      (peer) => peer.user.id === userId && (!documentId || peer.documentId === documentId),
    );
    await Promise.all(affected.map((peer) => this.#recheck(peer)));
  }

  /** The same for everybody who has a document open. */
  async rightsChanged(documentId: string): Promise<void> {
    await Promise.all(
      [...this.#peers.keys()]
        .filter((peer) => peer.documentId === documentId)
        .map((peer) => this.#recheck(peer)),
    );
  }

  signedOut(authSessionId: string): void {
    for (const peer of this.#peers.keys()) {
      if (peer.authSessionId === authSessionId) peer.close(noteCloseCodes.token, 'signed out');
    }
  }

  authSessions(): string[] {
    return [...this.#peers.keys()].map((peer) => peer.authSessionId);
  }

  /** Stores what was received, then closes every socket with 1012: clients come back to the next process. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#sweeper);
    await withLimit(drainMs, this.#settle());
    const peers = [...this.#peers.keys()];
    for (const peer of peers) peer.close(noteCloseCodes.restart, 'restarting');
    await withLimit(stopGraceMs, Promise.all(peers.map((peer) => peer.closed)));
    for (const peer of peers) peer.terminate();
  }

  async #settle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working);
    await this.#deps.rooms.drain();
  }

  async #welcome(websocket: WebSocket, wire: Duplex, url: string): Promise<void> {
    try {
      await withLimit(
        this.#deps.settings.authenticationMs,
        this.#admit(websocket, wire, url),
        () => new Refusal(noteCloseCodes.tryAgain, 'busy'),
      );
      this.counts.opened += 1;
    } catch (error) {
      this.counts.refused += 1;
      const refusal = error instanceof Refusal ? error : new Refusal(noteCloseCodes.tryAgain, 'try again');
      if (refusal !== error) this.#deps.log.error({ err: error }, 'a note socket could not be checked');
      websocket.close(refusal.closeCode, refusal.message);
      websocket.resume();
      setTimeout(() => websocket.terminate(), stopGraceMs).unref();
    }
  }

  async #admit(websocket: WebSocket, wire: Duplex, url: string): Promise<void> {
    if (this.#stopping) throw new Refusal(noteCloseCodes.restart, 'restarting');
    const peer = this.#identify(websocket, wire, url);
    this.#peers.set(peer, null);
    websocket.on('close', () => this.#gone(peer));
    if (!(await this.#deps.isSignedIn(peer.authSessionId)))
      throw new Refusal(noteCloseCodes.token, 'signed out');
    for (;;) {
      const version = peer.rightsVersion;
      const access = await this.#deps.authorize(peer.user.id, peer.documentId);
      if (access === null) throw new Refusal(noteCloseCodes.missing, 'no such note');
      if (access === 'none') throw new Refusal(noteCloseCodes.rights, 'no right to open this note');
      using visit = this.#deps.rooms.visit(peer.documentId);
      const { room } = visit;
      if (!(await room.ready)) throw new Refusal(noteCloseCodes.missing, 'no such note');
      if (!peer.isOpen) return;
      // Rights changed, or an append failed, while this was going on: once more.
      if (peer.rightsVersion !== version || room.isOver) continue;
      peer.access = access;
      return this.#enter(websocket, peer, room);
    }
  }

  #identify(websocket: WebSocket, wire: Duplex, url: string): NotePeer {
    const { pathname, searchParams } = new URL(url, 'ws://note');
    const documentId = idSchema.safeParse(pathname.slice('/notes/'.length));
    if (!pathname.startsWith('/notes/') || !documentId.success)
      throw new Refusal(noteCloseCodes.missing, 'no such note');
    const claims = this.#verify(searchParams.get('token') ?? '');
    if (claims.doc !== documentId.data) throw new Refusal(noteCloseCodes.token, 'a token for another note');
    const { settings, now } = this.#deps;
    const own = [...this.#peers.keys()].filter((peer) => peer.user.id === claims.sub);
    const here = own.filter((peer) => peer.documentId === claims.doc);
    if (here.length >= settings.socketsPerPerson || own.length >= limits.socketsPerPerson)
      throw new Refusal(noteCloseCodes.tooFast, 'open too many times');
    const identity = {
      user: { id: claims.sub, name: claims.name },
      authSessionId: claims.sid,
      documentId: claims.doc,
      wantsCommitted: searchParams.get('ack') === '1',
    };
    return new NotePeer(websocket, wire, identity, settings, now);
  }

  #verify(token: string): NoteClaims {
    try {
      return this.#deps.tokens.verify<NoteClaims>('note', token);
    } catch {
      throw new Refusal(noteCloseCodes.token, 'the token is not valid any more');
    }
  }

  #enter(websocket: WebSocket, peer: NotePeer, room: DocumentRoom): void {
    this.#peers.set(peer, room);
    const waiting: Uint8Array[] = [];
    websocket.on('message', (data, isBinary) => {
      if (this.#stopping || !peer.isOpen) return;
      if (!isBinary) return peer.close(protocolCloseCodes.text, 'frames are binary');
      // `nodebuffer` is the default binary type: one Buffer per message.
      const bytes = data as Buffer;
      if (!peer.takeBytes(bytes.length)) return peer.close(noteCloseCodes.tooFast, 'too fast');
      waiting.push(bytes);
      if (!peer.busy) this.#work(peer, room, waiting);
    });
    websocket.on('pong', () => {
      peer.alive = true;
    });
    room.join(peer);
    websocket.resume();
  }

  /** Frames in the order they came; one that takes longer holds back those behind it, of this socket only. */
  #work(peer: NotePeer, room: DocumentRoom, waiting: Uint8Array[]): void {
    for (let bytes = waiting.shift(); bytes; bytes = waiting.shift()) {
      // Once the socket is closing, its owner has been told that nothing more is taken.
      if (!peer.isOpen) return;
      const slow = this.#receive(peer, room, bytes);
      if (slow) return void this.#workLater(slow, peer, room, waiting);
    }
  }

  async #workLater(
    slow: Promise<void>,
    peer: NotePeer,
    room: DocumentRoom,
    waiting: Uint8Array[],
  ): Promise<void> {
    peer.busy = true;
    this.#working.add(slow);
    await slow;
    this.#working.delete(slow);
    peer.busy = false;
    this.#work(peer, room, waiting);
  }

  /** Never throws: what goes wrong with one frame ends its socket at most. */
  #receive(peer: NotePeer, room: DocumentRoom, bytes: Uint8Array): Promise<void> | void {
    try {
      const frame = readFrame(bytes);
      // Stock clients send everybody's presence back: only what is the socket's own counts, and the room tells.
      if (frame.kind !== 'awareness' && !peer.takeFrame())
        return peer.close(noteCloseCodes.tooFast, 'too fast');
      return room.receive(peer, frame)?.catch((error: unknown) => this.#broken(peer, error));
    } catch (error) {
      this.#broken(peer, error);
    }
  }

  #broken(peer: NotePeer, error: unknown): void {
    if (error instanceof MalformedFrame) {
      this.counts.malformed += 1;
      peer.close(protocolCloseCodes.malformed, 'malformed frame');
      return;
    }
    this.#deps.log.error({ err: error }, 'a note frame failed');
    peer.close(noteCloseCodes.tryAgain, 'try again');
  }

  async #recheck(peer: NotePeer): Promise<void> {
    peer.rightsVersion += 1;
    const version = peer.rightsVersion;
    // Still being let in: that loop sees the new version and asks by itself.
    if (!this.#peers.get(peer)) return;
    try {
      const access = await this.#deps.authorize(peer.user.id, peer.documentId);
      // A later call is under way and knows better.
      if (peer.rightsVersion === version) this.#apply(peer, access ?? 'none');
    } catch (error) {
      this.#deps.log.error({ err: error }, 'rights on a note could not be checked');
      peer.access = 'view';
      peer.close(noteCloseCodes.tryAgain, 'try again');
    }
  }

  #apply(peer: NotePeer, access: NoteAccess): void {
    const before = peer.access;
    peer.access = access;
    if (access === 'none') peer.close(noteCloseCodes.rights, 'no right to open this note any more');
    else if (before === 'edit' && access === 'view') peer.deny();
    // A fresh connection synchronises what was refused until now, and starts its count anew.
    else if (before === 'view' && access === 'edit')
      peer.close(noteCloseCodes.restart, 'this note may be edited now');
  }

  #gone(peer: NotePeer): void {
    const room = this.#peers.get(peer);
    this.#peers.delete(peer);
    peer.gone();
    room?.leave(peer);
  }

  #sweep(): void {
    const now = this.#deps.now();
    const ping = now - this.#sweptAt >= this.#deps.settings.pingEveryMs;
    if (ping) this.#sweptAt = now;
    for (const [peer, room] of this.#peers) {
      if (!room) continue;
      if (ping && !peer.alive && !peer.busy) peer.terminate();
      else {
        if (ping) peer.ping();
        if (now - peer.lastSentAt >= this.#deps.settings.echoAfterMs) room.echo(peer);
      }
    }
  }
}

/** Resolves with `work`, or after `ms` without it; with `late`, rejects then. */
async function withLimit(ms: number, work: Promise<unknown>, late?: () => Error): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => (late ? reject(late()) : resolve()), ms);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
