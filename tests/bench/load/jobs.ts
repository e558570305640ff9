import type { Spread } from '../measure/figures.ts';

/** Which protocol a note server speaks: Hocuspocus puts the document's name before each frame. */
export type Dialect = 'lectern' | 'y-websocket' | 'hocuspocus';

/** Writers that type into one note. */
export interface NotesJob {
  kind: 'notes';
  dialect: Dialect;
  /** One per writer. */
  urls: string[];
  /** What Hocuspocus calls the document. */
  documentName: string;
  updatesPerSecond: number;
  warmUpMs: number;
  measureMs: number;
}

export interface NotesOutcome {
  /** Written by one client, seen by another. */
  seen: Spread;
  /** Written, told by the server that it is taken: by Lectern after the commit, by Hocuspocus from memory. */
  acknowledged: Spread | null;
  written: number;
  /** Of every edit to every other client. */
  deliveries: number;
  expected: number;
  /** Frames received, whatever is in them: fewer where a server gathers edits. */
  frames: number;
  health: LoadHealth;
}

/** People who chat in one class. */
export interface ChatJob {
  kind: 'chat';
  url: string;
  /** One per socket. */
  tokens: string[];
  sessionId: string;
  messagesPerSecond: number;
  warmUpMs: number;
  measureMs: number;
}

export interface ChatOutcome {
  received: Spread;
  acknowledged: Spread;
  sent: number;
  deliveries: number;
  expected: number;
  refused: number;
  health: LoadHealth;
}

/** Everybody at the door at once. */
export interface JoinJob {
  kind: 'join';
  url: string;
  teacherToken: string;
  tokens: string[];
  sessionId: string;
}

export const joinSteps = [
  'connect',
  'join',
  'capabilities',
  'transports',
  'dtls',
  'consume',
  'resume',
] as const;
export type JoinStep = (typeof joinSteps)[number];

export interface JoinOutcome {
  /** From the first call to the last answer, of each person. */
  person: Spread;
  steps: Record<JoinStep, Spread>;
  /** Until the last person was in. */
  allMs: number;
  failed: string[];
  health: LoadHealth;
}

/** Clients that open one note at the same moment. */
export interface OpenJob {
  kind: 'open';
  urls: string[];
  /** Marks that the note must hold. */
  marks: number;
}

export interface OpenOutcome {
  synced: Spread;
  allMs: number;
  /** Of the opening state, as one client received it. */
  bytes: number;
  /** Marks that a client who applied it found. */
  marks: number;
  health: LoadHealth;
}

/** Everybody signs in with a password at the same moment. */
export interface SignInJob {
  kind: 'signIn';
  url: string;
  emails: string[];
  password: string;
}

export interface SignInOutcome {
  /** From the request to the answer, of each person. */
  person: Spread;
  allMs: number;
  failed: string[];
  health: LoadHealth;
}

/** Lines one after another, each sent when the one before was acknowledged: what one event costs. */
export interface EventsJob {
  kind: 'events';
  url: string;
  tokens: string[];
  sessionId: string;
  /** Chat lines and reactions of each socket: below what its rate limits let through. */
  linesPerSocket: number;
  reactionsPerSocket: number;
}

export interface EventsOutcome {
  /** Authorized, and passed on without being stored: what the right itself costs. */
  reactions: Spread;
  /** Authorized, stored and committed. */
  lines: Spread;
  health: LoadHealth;
}

export type Job = NotesJob | ChatJob | JoinJob | OpenJob | SignInJob | EventsJob;

export interface Outcomes {
  notes: NotesOutcome;
  chat: ChatOutcome;
  join: JoinOutcome;
  open: OpenOutcome;
  signIn: SignInOutcome;
  events: EventsOutcome;
}

/** Whether the load generator itself was in the way. */
export interface LoadHealth {
  /** How late its own timers ran, in milliseconds: below this, a latency says nothing about a server. */
  loopDelay: Spread;
  /** Share of the measured time in which its event loop was busy. Near 1, it was the bottleneck. */
  utilization: number;
  cpuSeconds: number;
}

/** What a load process tells while it works. */
export type LoadMessage =
  | { type: 'begin' }
  | { type: 'end' }
  | { type: 'done'; outcome: unknown }
  | { type: 'failed'; error: string };
