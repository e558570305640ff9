import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { NoteAccess } from '../../shared/notes/contract.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Tokens } from '../kernel/tokens.ts';
import { DocumentRooms } from './document-rooms.ts';
import { NoteDocument } from './note-document.entity.ts';
import { documentsDue } from './notes.repository.ts';
import { createNotesService } from './notes.service.ts';
import type { NewClassNote, NoteToken } from './notes.service.ts';
import { NoteSockets } from './notes.socket.ts';
import { defaultNoteSettings } from './settings.ts';
import type { NoteSettings } from './settings.ts';

export { notesHandlers } from './notes.routes.ts';
export type { NoteSettings } from './settings.ts';
export type { NewClassNote, NoteToken } from './notes.service.ts';

export interface NotesDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  log: Logger;
  /** Signs and checks note tokens: audience `note`. */
  tokens: Tokens;
  /** What a person may do with a document now, from the database; null: there is no such document for them. */
  authorize: (userId: string, documentId: string) => Promise<NoteAccess | null>;
  isSignedIn: (authSessionId: string) => Promise<boolean>;
  settings?: Partial<NoteSettings>;
}

/** Figures for `/metrics`. */
export interface NotesMetrics {
  sockets: number;
  rooms: number;
  /** Frames received and not yet stored. */
  pending: number;
  flushes: number;
  rows: number;
  bytes: number;
  failures: number;
  compactions: number;
  relayed: number;
  /** Edits refused for want of the right. */
  refused: number;
  opened: number;
  /** Connections that were not let in. */
  turnedAway: number;
  malformed: number;
}

/** Shared notes: our durable server of the y-websocket protocol. Rules: SPEC.md; wire: docs/wire/notes.md. */
export interface Notes {
  /** In the caller's transaction. One primary document per class: a repeat answers the same id. */
  createForClass(tx: Transaction, input: NewClassNote): Promise<string>;
  /** Ids of primary documents by class id; classes without one are left out. */
  primaryForClasses(em: EntityManager, liveSessionIds: string[]): Promise<Map<string, string>>;
  /**
   * A token for the note's socket: this person, this sign-in, this document, 12 hours.
   * @throws AppError not_found, forbidden
   */
  issueToken(actor: UserActor, documentId: string): Promise<NoteToken>;
  /** Handles an upgrade of `/notes/<documentId>?token=...[&ack=1]`. Never throws; refuses by close code. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Rights of a person on a document, or on all, may have changed. Call it after the commit that changed them: their
   * sockets are re-checked and closed (4403) or made read-only at once.
   */
  revoke(userId: string, documentId?: string): Promise<void>;
  /** Rights of everybody on a document may have changed, as when its class starts or ends; like {@link revoke}. */
  rightsChanged(documentId: string): Promise<void>;
  /** A sign-in ended: its sockets close with 4401. */
  signedOut(authSessionId: string): void;
  /** The sign-ins of all sockets. */
  authSessions(): string[];
  start(): Promise<void>;
  /** Stores what was received, closes the sockets with 1012, ends threads and connections. */
  stop(): Promise<void>;
  /** Compacts documents whose log has grown long. @returns how many. For a recurring job. */
  compactDue(): Promise<number>;
  metrics(): NotesMetrics;
}

/** How many documents one run of `compactDue` takes. */
const compactBatch = 100;

/** Entities for the ORM's registry. */
export const noteEntities = [NoteDocument] as const;

/** Makes the feature; nothing runs before `start`. */
export function createNotes(deps: NotesDeps): Notes {
  const settings: NoteSettings = { ...defaultNoteSettings, ...deps.settings };
  const { clock, log } = deps;
  // The log and the threads keep connections of their own: raw statements on the hot path, and no share in the pool's queue.
  const url = deps.db.orm.config.get('clientUrl');
  if (!url) throw new Error('the database has no connection string');
  const rooms = new DocumentRooms({ url, clock, log, settings });
  const now = () => clock.now().getTime();
  const sockets = new NoteSockets({
    rooms,
    tokens: deps.tokens,
    settings,
    log,
    now,
    authorize: deps.authorize,
    isSignedIn: deps.isSignedIn,
  });
  const service = createNotesService(deps);

  return {
    ...service,
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    revoke: (userId, documentId) => sockets.revoke(userId, documentId),
    rightsChanged: (documentId) => sockets.rightsChanged(documentId),
    signedOut: (authSessionId) => sockets.signedOut(authSessionId),
    authSessions: () => sockets.authSessions(),
    async start() {
      sockets.start();
    },
    async stop() {
      await sockets.stop();
      await rooms.stop();
    },
    async compactDue() {
      let compacted = 0;
      for (const documentId of await documentsDue(
        deps.db.em(),
        settings.snapshotEveryUpdates,
        compactBatch,
      )) {
        if (await rooms.compact(documentId)) compacted += 1;
      }
      return compacted;
    },
    metrics: () => ({
      ...rooms.counts(),
      sockets: sockets.size,
      opened: sockets.counts.opened,
      turnedAway: sockets.counts.refused,
      malformed: sockets.counts.malformed,
    }),
  };
}
