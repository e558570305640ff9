/**
 * A small, complete client of Lectern's `/live` channel. It needs socket.io-client and nothing else: copy it, and keep
 * of `State` and `apply` what your program is interested in. `tests/live/wire-example.test.ts` runs it.
 */
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';

/** A fact as it travels. Other fields depend on the type. */
export interface Fact {
  seq: number;
  type: string;
  [field: string]: unknown;
}

interface ChatLine {
  id: string;
  userId: string | null;
  displayName: string;
  text: string;
  sentAt: string;
}

/** The part of a snapshot that this client follows. */
export interface State {
  session: { id: string; title: string; status: string };
  chat: ChatLine[];
  hands: { userId: string; raisedAt: string }[];
  floorUserId: string | null;
}

/** The state after a fact; the same function, whether the fact came live or in the answer to `resume`. */
export function apply(state: State, fact: Fact): State {
  switch (fact.type) {
    case 'chat.sent': {
      const { id, userId, displayName, text, sentAt } = fact as unknown as ChatLine;
      return { ...state, chat: [...state.chat, { id, userId, displayName, text, sentAt }] };
    }
    case 'hand.raised': {
      const { userId, raisedAt, position } = fact as unknown as State['hands'][0] & { position: number };
      return { ...state, hands: state.hands.toSpliced(position - 1, 0, { userId, raisedAt }) };
    }
    case 'hand.lowered':
      return { ...state, hands: state.hands.filter((hand) => hand.userId !== fact['userId']) };
    case 'floor.changed':
      return { ...state, floorUserId: fact['userId'] as string | null };
    case 'session.ended':
      return { ...state, session: { ...state.session, status: 'ended' } };
    case 'session.reopened':
      // The server puts this connection into the class again: no join is needed.
      return { ...state, session: { ...state.session, status: 'live' } };
    default:
      // Facts of no interest here, those of a newer server, and `skip`: they only move `seq`.
      return state;
  }
}

export interface LiveClientOptions {
  /** Such as `https://class.example.org`. */
  url: string;
  sessionId: string;
  /** Gives a valid access token. Asked before every connect: a token lives for 15 minutes, a class longer. */
  token: () => Promise<string>;
  onState?: (state: State) => void;
  /** Server events without a `seq`: reactions, connection quality, speakers. */
  onSignal?: (type: string, payload: unknown) => void;
  /** This client is out for good; the code says why. */
  onClosed?: (code: string) => void;
}

type Reply<T> = { ok: true; data: T } | { ok: false; error: { code: string; message: string } };
type Missed = { facts: Fact[]; seq: number } | { resync: true };

/** Something sent that the server has not answered yet. */
interface Unanswered {
  event: string;
  input: object;
  resolve: (data: never) => void;
  reject: (error: Error) => void;
}

/** Refusals that pass: the same request is worth another try. */
const passing = new Set(['rate_limited', 'unavailable', 'not_joined']);
/** Refused handshakes after which no token will help. */
const final = new Set(['session_revoked', 'session_superseded', 'account_inactive', 'account_suspended']);
const pauseMs = 1000;
const answerMs = 10_000;

export class LiveClient {
  readonly socket: Socket;
  state: State | null = null;
  /** Of the last fact that is part of `state`. */
  seq = 0;
  readonly #options: LiveClientOptions;
  readonly #unanswered = new Set<Unanswered>();
  /** This connection has joined: requests may be sent. */
  #joined = false;
  /** Facts are applied as they come; otherwise they wait in `#early` for the state they build on. */
  #inStep = false;
  #early: Fact[] = [];
  #behind = false;
  #closed = false;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.socket = io(`${options.url}/live`, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelayMax: 5000,
      auth: (give) => {
        options.token().then(
          (token) => give({ token }),
          () => give({}),
        );
      },
    });
    this.socket.on('connect', () => void this.#join());
    this.socket.on('disconnect', () => {
      this.#joined = false;
      this.#inStep = false;
      this.#reconnect();
    });
    this.socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
      const code = error.data?.code ?? '';
      if (final.has(code)) this.#end(code);
      else this.#reconnect();
    });
    this.socket.onAny((type: string, payload: { seq?: number; code?: string }) => {
      if (typeof payload.seq === 'number') this.#take({ ...payload, type } as Fact);
      else if (type === 'resync') void this.#resume();
      else if (type === 'room.closed') this.#end(payload.code ?? 'internal');
      else this.#options.onSignal?.(type, payload);
    });
  }

  /**
   * Sends a durable event. Resolves when it is stored, be that after a reconnect or a restart of the server: the key
   * makes the server recognise it, so sending it again never does it twice. Rejects when it was refused.
   */
  send<T>(event: string, input: object = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const one = { event, input: { ...input, key: crypto.randomUUID() }, resolve, reject };
      this.#unanswered.add(one);
      if (this.#joined) void this.#deliver(one);
    });
  }

  /** Leaves the class and hangs up. */
  async leave(): Promise<void> {
    if (this.#joined) await this.#ask('leave', {});
    this.#end('left');
  }

  async #join(): Promise<void> {
    this.#inStep = false;
    this.#behind = false;
    this.#early = [];
    const reply = await this.#ask<{ snapshot: State; seq: number }>('join', {
      sessionId: this.#options.sessionId,
    });
    if (reply === null) return; // the connection is lost: its return comes here again
    if (!reply.ok) {
      if (passing.has(reply.error.code))
        setTimeout(() => this.socket.connected && void this.#join(), pauseMs);
      else this.#end(reply.error.code);
      return;
    }
    this.state = reply.data.snapshot;
    this.seq = reply.data.seq;
    this.#goOn([]);
    if (this.#joined) return;
    this.#joined = true;
    // In the order in which they were sent, without waiting: the server keeps the order of one connection.
    for (const one of this.#unanswered) void this.#deliver(one);
  }

  #take(fact: Fact): void {
    if (!this.#inStep) this.#early.push(fact);
    else if (fact.seq === this.seq + 1) this.#apply(fact);
    else if (fact.seq > this.seq) {
      this.#early.push(fact);
      void this.#resume();
    }
  }

  /** Fetches what is missing after `seq`. */
  async #resume(): Promise<void> {
    this.#behind = true;
    if (!this.#inStep) return; // on the way already, and looked at again afterwards
    this.#inStep = false;
    this.#behind = false;
    const reply = await this.#ask<Missed>('resume', { after: this.seq });
    if (reply === null) return;
    if (!reply.ok || 'resync' in reply.data) return this.#join();
    this.#goOn(reply.data.facts);
  }

  /** State and `seq` are right again: apply what came meanwhile, and follow. */
  #goOn(missed: Fact[]): void {
    const facts = [...missed, ...this.#early].toSorted((a, b) => a.seq - b.seq);
    this.#early = [];
    this.#inStep = true;
    for (const fact of facts) this.#take(fact);
    if (this.state) this.#options.onState?.(this.state);
    if (this.#behind) void this.#resume();
  }

  #apply(fact: Fact): void {
    if (!this.state) return;
    this.state = apply(this.state, fact);
    this.seq = fact.seq;
    this.#options.onState?.(this.state);
  }

  async #deliver(one: Unanswered): Promise<void> {
    const reply = await this.#ask(one.event, one.input);
    if (reply === null) return; // sent again after the next join
    if (!reply.ok && passing.has(reply.error.code)) {
      setTimeout(() => this.#joined && void this.#deliver(one), pauseMs);
      return;
    }
    this.#unanswered.delete(one);
    if (reply.ok) one.resolve(reply.data as never);
    else one.reject(Object.assign(new Error(reply.error.message), { code: reply.error.code }));
  }

  /** null when there was no answer. A server that is connected but does not answer is treated as a lost one. */
  async #ask<T>(event: string, input: object): Promise<Reply<T> | null> {
    try {
      return (await this.socket.timeout(answerMs).emitWithAck(event, input)) as Reply<T>;
    } catch {
      if (this.socket.connected) this.socket.disconnect();
      return null;
    }
  }

  /** Socket.IO reconnects by itself after a lost network, but not when either side hung up, as a stopping server does. */
  #reconnect(): void {
    if (!this.#closed && !this.socket.active)
      setTimeout(() => this.#closed || this.socket.connect(), pauseMs);
  }

  #end(code: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.socket.disconnect();
    for (const one of this.#unanswered) one.reject(Object.assign(new Error('closed'), { code }));
    this.#options.onClosed?.(code);
  }
}
