import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { encodeAwarenessUpdate } from 'y-protocols/awareness';
import type { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';
import { noteMessages } from '../../shared/notes/contract.ts';
import type { NoteAccess } from '../../shared/notes/contract.ts';
import { problemOf, stateOf } from './note-state.ts';
import type { NoteFacts, NoteProblem, NoteState } from './note-state.ts';

/** What a token request answers, or why there is none. `null`: the server is out of reach; try again. */
export type NoteTicket = { token: string; access: NoteAccess } | { problem: NoteProblem } | null;

export interface NoteProviderOptions {
  /** `wss://host/notes` */
  url: string;
  documentId: string;
  doc: Y.Doc;
  /** A fresh token for each connection: rights and sign-in may have changed since the last. */
  ticket: () => Promise<NoteTicket>;
  WebSocketPolyfill?: typeof WebSocket;
}

const firstRetryMs = 500;
const longestRetryMs = 20_000;
/** After 4429: longer than the server needs to forget. */
const tooFastRetryMs = 10_000;

/** SyncStep2 (1) and Update (2): the frames the server counts. */
const isCounted = (frame: Uint8Array): boolean =>
  frame[0] === noteMessages.sync && (frame[1] === 1 || frame[1] === 2);

/**
 * The y-websocket provider with what Lectern adds: a fresh token for each connection, and the count of committed
 * frames, so that "saved" is said only when it is true.
 */
export class NoteProvider {
  readonly awareness: Awareness;
  readonly #socket: WebsocketProvider;
  readonly #options: NoteProviderOptions;
  readonly #listeners = new Set<() => void>();
  #facts: NoteFacts = {
    access: null,
    connected: false,
    synced: false,
    opened: false,
    kept: false,
    sent: 0,
    committed: 0,
    denied: false,
    problem: null,
  };
  #state: NoteState = { kind: 'opening' };
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #opening = false;
  #ended = false;

  constructor(options: NoteProviderOptions) {
    this.#options = options;
    this.#socket = new WebsocketProvider(options.url, options.documentId, options.doc, {
      connect: false,
      // Another tab has a connection of its own; through it the count stays true for both.
      disableBc: true,
      WebSocketPolyfill: this.#countingSocket(options.WebSocketPolyfill ?? WebSocket),
      // We come back ourselves, with a fresh token.
      shouldReconnect: () => false,
    });
    this.awareness = this.#socket.awareness;
    this.#handleMessages();
    this.#sendOwnAwarenessOnly();
    this.#socket.on('status', ({ status }) => this.#learn({ connected: status === 'connected' }));
    this.#socket.on('sync', (synced) => {
      if (synced) this.#failures = 0;
      this.#learn(synced ? { synced, opened: true } : { synced });
    });
    this.#socket.on('closed', ({ code }) => this.#closed(code));
    globalThis.addEventListener?.('online', this.#comeBack);
  }

  /** Connects; from then on it comes back by itself. */
  connect(): void {
    void this.#open();
  }

  /** Connects once more after a problem. */
  retry(): void {
    this.#learn({ problem: null });
    this.#failures = 0;
    void this.#open();
  }

  /** The browser's storage holds the note (again): it can be read and written without the server. */
  keptOnDevice(): void {
    this.#learn({ kept: true, opened: true });
  }

  /** Calls back at every change of `state`. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object until something changes. */
  state = (): NoteState => this.#state;

  /** Whether what was written here last may exist in this page alone. */
  get heldHereOnly(): boolean {
    const { kind } = this.#state;
    return !this.#facts.kept && (kind === 'saving' || kind === 'offline');
  }

  /** Whether the server would take an edit, as far as is known here. */
  get mayEdit(): boolean {
    return this.#facts.access === 'edit' && !this.#facts.denied;
  }

  destroy(): void {
    this.#ended = true;
    clearTimeout(this.#retry);
    globalThis.removeEventListener?.('online', this.#comeBack);
    this.#listeners.clear();
    this.#socket.destroy();
    this.awareness.destroy();
  }

  readonly #comeBack = (): void => {
    if (!this.#facts.connected && !this.#facts.problem) void this.#open();
  };

  /** Every connection starts its counts anew, so they belong to the socket's class. */
  #countingSocket(Base: typeof WebSocket): typeof WebSocket {
    const begin = () => this.#learn({ sent: 0, committed: 0, denied: false });
    const count = () => this.#learn({ sent: this.#facts.sent + 1 });
    return class extends Base {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        begin();
      }

      override send(data: Parameters<WebSocket['send']>[0]): void {
        if (data instanceof Uint8Array && isCounted(data)) count();
        super.send(data);
      }
    };
  }

  #handleMessages(): void {
    const handlers = this.#socket.messageHandlers as ((
      encoder: encoding.Encoder,
      decoder: decoding.Decoder,
    ) => void)[];
    handlers[noteMessages.committed] = (_encoder, decoder) =>
      this.#learn({ committed: decoding.readVarUint(decoder) });
    handlers[noteMessages.auth] = () => this.#learn({ denied: true });
  }

  /** The stock provider sends everybody's presence back to the server, which drops it. */
  #sendOwnAwarenessOnly(): void {
    const { awareness, doc } = this.#socket;
    awareness.off('update', this.#socket._awarenessUpdateHandler);
    awareness.on('update', (_changes: unknown, origin: unknown) => {
      if (origin !== 'local' || !this.#socket.wsconnected) return;
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, noteMessages.awareness);
      encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, [doc.clientID]));
      this.#socket.ws?.send(encoding.toUint8Array(encoder));
    });
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry);
    if (this.#opening || this.#ended || this.#socket.wsconnected) return;
    this.#opening = true;
    const ticket = await this.#options.ticket().catch(() => null);
    this.#opening = false;
    if (this.#ended) return;
    if (!ticket) this.#later(this.#backoff());
    else if ('problem' in ticket) this.#stop(ticket.problem);
    else {
      this.#learn({ access: ticket.access, problem: null });
      this.#socket.params = { token: ticket.token, ack: '1' };
      this.#socket.connect();
    }
  }

  #closed(code: number): void {
    const problem = problemOf(code);
    if (problem) this.#stop(problem);
    // 4401 too: the next ticket tells whether the sign-in still stands.
    else this.#later(this.#backoff());
  }

  #stop(problem: NoteProblem): void {
    this.#learn({ problem });
    if (problem === 'tooFast') this.#later(tooFastRetryMs);
  }

  #later(ms: number): void {
    clearTimeout(this.#retry);
    if (!this.#ended) this.#retry = setTimeout(() => void this.#open(), ms);
  }

  /** Doubles, with a spread: a class must not come back in one moment. */
  #backoff(): number {
    const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures);
    this.#failures += 1;
    return wait * (0.5 + Math.random() / 2);
  }

  #learn(facts: Partial<NoteFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
    const state = stateOf(this.#facts);
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
