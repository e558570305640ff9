import { EventEmitter } from 'node:events';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { NotePerson, NotesServer } from './notes-server.ts';

/** A client that counts what it sent and what is committed, and waits for facts instead of sleeping. */
export class NoteClient {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  /** Sync frames sent on this connection and how many of them, in order, are committed. */
  sent = 0;
  committed = 0;
  synced = false;
  /** Reasons of refusals. */
  readonly denials: string[] = [];
  /** Types of frames received, in order. */
  readonly received: number[] = [];
  closeCode: number | undefined;
  closeReason = '';
  /** Updates that could not be applied. */
  broken = 0;
  readonly #events = new EventEmitter();
  #socket: WebSocket | undefined;

  constructor(doc = new Y.Doc()) {
    this.doc = doc;
    this.awareness = new Awareness(doc);
    this.#events.setMaxListeners(0);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this && this.isOpen) this.#sendSync(2, update);
    });
    this.awareness.on('update', (_changes: unknown, origin: unknown) => {
      if (origin === 'local' && this.isOpen) this.sendAwareness([this.doc.clientID]);
    });
  }

  static async open(
    server: NotesServer,
    user: NotePerson,
    documentId: string,
    doc?: Y.Doc,
  ): Promise<NoteClient> {
    const client = new NoteClient(doc);
    await client.connect(server, user, documentId);
    await client.until(() => client.synced);
    return client;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  get text(): Y.Text {
    return this.doc.getText('text');
  }

  async connect(server: NotesServer, user: NotePerson, documentId: string): Promise<void> {
    await this.connectTo(`${server.url}/${documentId}?token=${await server.token(user, documentId)}&ack=1`);
  }

  /** Resolves when the handshake is done; what the server thinks of it comes later. */
  async connectTo(url: string): Promise<void> {
    const socket = new WebSocket(url);
    socket.binaryType = 'nodebuffer';
    Object.assign(this, { sent: 0, committed: 0, synced: false, closeCode: undefined, closeReason: '' });
    this.#socket = socket;
    const changed = () => this.#events.emit('change');
    socket.on('message', (data) => {
      if (this.#socket !== socket) return;
      this.#read(data as Buffer);
      changed();
    });
    socket.on('close', (code, reason) => {
      if (this.#socket !== socket) return;
      Object.assign(this, { closeCode: code, closeReason: reason.toString() });
      changed();
    });
    socket.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('close', () => reject(new Error('not connected')));
    });
    this.#sendSync(0, Y.encodeStateVector(this.doc));
    this.sendAwareness([this.doc.clientID]);
  }

  /** Waits for a state of this client; a test that waits in vain fails by its own time limit. */
  async until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!condition()) {
          if (this.closeCode !== undefined)
            done(() => reject(new Error(`closed with ${this.closeCode} ${this.closeReason}`)));
          return;
        }
        done(resolve);
      };
      const done = (end: () => void) => {
        this.#events.off('change', look);
        this.awareness.off('change', look);
        end();
      };
      this.#events.on('change', look);
      this.awareness.on('change', look);
      look();
    });
  }

  saved(): Promise<void> {
    return this.until(() => this.synced && this.sent > 0 && this.committed === this.sent);
  }

  async closed(): Promise<number> {
    await this.until(() => this.closeCode !== undefined);
    return this.closeCode!;
  }

  type(text: string, at = this.text.length): void {
    this.text.insert(at, text);
  }

  sendAwareness(clientIds: number[]): void {
    this.send(1, (encoder) =>
      encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, clientIds)),
    );
  }

  /** An edit of our own making, counted like any other. */
  sendUpdate(update: Uint8Array): void {
    this.#sendSync(2, update);
  }

  sendRaw(bytes: Uint8Array | string): void {
    this.#socket?.send(bytes);
  }

  send(type: number, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, type);
    write(encoder);
    this.#socket?.send(encoding.toUint8Array(encoder));
  }

  /** Goes offline as a closed laptop lid would: no farewell. */
  cut(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.synced = false;
    socket?.terminate();
  }

  pauseReading(): void {
    this.#socket?.pause();
  }

  resumeReading(): void {
    this.#socket?.resume();
  }

  destroy(): void {
    this.cut();
    this.awareness.destroy();
    this.doc.destroy();
  }

  #sendSync(step: number, payload: Uint8Array): void {
    if (step !== 0) this.sent += 1;
    this.send(0, (encoder) => {
      encoding.writeVarUint(encoder, step);
      encoding.writeVarUint8Array(encoder, payload);
    });
  }

  /** As y-protocols does: an update that cannot be applied is no reason to end. */
  #apply(update: Uint8Array): void {
    try {
      Y.applyUpdate(this.doc, update, this);
    } catch {
      this.broken += 1;
    }
  }

  #read(data: Uint8Array): void {
    const decoder = decoding.createDecoder(data);
    const type = decoding.readVarUint(decoder);
    this.received.push(type);
    if (type === 0) {
      const step = decoding.readVarUint(decoder);
      const payload = decoding.readVarUint8Array(decoder);
      if (step === 0) this.#sendSync(1, Y.encodeStateAsUpdate(this.doc, payload));
      else this.#apply(payload);
      if (step === 1) this.synced = true;
    } else if (type === 1) applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
    else if (type === 2) {
      decoding.readVarUint(decoder);
      this.denials.push(decoding.readVarString(decoder));
    } else if (type === 100) this.committed = decoding.readVarUint(decoder);
  }
}

/** The document as it is stored, read past the server. */
export function storedDoc(parts: Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const part of parts) Y.applyUpdate(doc, part);
  return doc;
}
