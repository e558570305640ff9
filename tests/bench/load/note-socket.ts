import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { noteMessages } from '../../../shared/notes/contract.ts';
import type { Dialect } from './jobs.ts';

const steps = { stateVector: 0, difference: 1, update: 2 } as const;
/** Message types of Hocuspocus that y-websocket does not have. */
const hocuspocusMessages = { syncReply: 4, syncStatus: 8 } as const;

export interface NoteSocketOptions {
  url: string;
  dialect: Dialect;
  documentName?: string;
  /** What this client has written, for one that comes back with it. */
  doc?: Y.Doc;
  /** Whether it applies what others write, which costs more than all the rest. */
  applies?: boolean;
}

/**
 * A light client of a note: keeps a document of its own edits only, so that sixty of them fit into one process and none
 * does for one server what it does not do for another.
 */
export class NoteSocket {
  readonly doc: Y.Doc;
  /** SyncStep2 and Update frames sent on this connection, and how many of them the server has acknowledged. */
  sent = 0;
  acknowledged = 0;
  synced = false;
  isOver = false;
  closeCode: number | undefined;
  openingBytes = 0;
  onFrame: (bytes: Buffer) => void = () => undefined;
  /** Told the count of acknowledged frames whenever it rises. */
  onAcknowledged: (count: number) => void = () => undefined;
  onChange: () => void = () => undefined;
  readonly #options: NoteSocketOptions;
  readonly #socket: WebSocket;

  constructor(options: NoteSocketOptions) {
    this.#options = options;
    this.doc = options.doc ?? new Y.Doc();
    this.#socket = new WebSocket(options.url, { perMessageDeflate: false, skipUTF8Validation: true });
    this.doc.on('update', this.#edited);
    this.#socket.on('open', () => this.#greet());
    this.#socket.on('message', (data) => this.#receive(data as Buffer));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', (code) => {
      this.isOver = true;
      this.closeCode = code;
      this.doc.off('update', this.#edited);
      this.onChange();
    });
  }

  /** Types at the end of what this client has written. */
  type(text: string): void {
    const target = this.doc.getText('text');
    target.insert(target.length, text);
  }

  /** Resolves when `condition` holds; rejects when the socket ends before. */
  until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (condition()) resolve();
        else if (this.isOver) reject(new Error(`closed with ${this.closeCode} before it was ${what}`));
        else return;
        this.onChange = () => undefined;
      };
      this.onChange = look;
      look();
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  #edited = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this && this.#socket.readyState === WebSocket.OPEN) this.#sendSync(steps.update, update);
  };

  #greet(): void {
    if (this.#options.dialect === 'hocuspocus') {
      this.#send(noteMessages.auth, (encoder) => {
        encoding.writeVarUint(encoder, 0);
        encoding.writeVarString(encoder, 'anybody');
      });
    }
    this.#sendSync(steps.stateVector, Y.encodeStateVector(this.doc));
  }

  #sendSync(step: number, payload: Uint8Array): void {
    if (step !== steps.stateVector) this.sent += 1;
    this.#send(noteMessages.sync, (encoder) => {
      encoding.writeVarUint(encoder, step);
      encoding.writeVarUint8Array(encoder, payload);
    });
  }

  #send(type: number, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    if (this.#options.dialect === 'hocuspocus')
      encoding.writeVarString(encoder, this.#options.documentName ?? '');
    encoding.writeVarUint(encoder, type);
    write(encoder);
    this.#socket.send(encoding.toUint8Array(encoder));
  }

  #receive(data: Buffer): void {
    const decoder = decoding.createDecoder(data);
    if (this.#options.dialect === 'hocuspocus') decoding.readVarString(decoder);
    const type = decoding.readVarUint(decoder);
    if (type === noteMessages.sync || type === hocuspocusMessages.syncReply) this.#readSync(decoder, data);
    else if (type === noteMessages.committed) this.#acknowledge(decoding.readVarUint(decoder));
    else if (type === hocuspocusMessages.syncStatus) this.#acknowledge(this.acknowledged + 1);
  }

  #readSync(decoder: decoding.Decoder, data: Buffer): void {
    const step = decoding.readVarUint(decoder);
    if (step === steps.update && !this.#options.applies) return this.onFrame(data);
    const payload = decoding.readVarUint8Array(decoder);
    if (step === steps.stateVector)
      this.#sendSync(steps.difference, Y.encodeStateAsUpdate(this.doc, payload));
    else if (this.#options.applies) Y.applyUpdate(this.doc, payload, this);
    if (step === steps.difference) {
      this.synced = true;
      this.openingBytes = payload.length;
    }
    this.onChange();
  }

  #acknowledge(count: number): void {
    this.acknowledged = count;
    this.onAcknowledged(count);
    this.onChange();
  }
}
