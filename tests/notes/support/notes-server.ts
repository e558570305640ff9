import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { NoteAccess } from '../../../shared/notes/contract.ts';
import type { UserActor } from '../../../server/kernel/actor.ts';
import { systemClock } from '../../../server/kernel/clock.ts';
import { openDatabase } from '../../../server/kernel/db/database.ts';
import type { Database } from '../../../server/kernel/db/database.ts';
import { randomIds } from '../../../server/kernel/ids.ts';
import { createLogger } from '../../../server/kernel/logger.ts';
import { createTokens } from '../../../server/kernel/tokens.ts';
import { createNotes, noteEntities } from '../../../server/notes/index.ts';
import type { Notes, NoteSettings } from '../../../server/notes/index.ts';

/** Everybody may do what is written here; who is not in it may edit. */
export class Rights {
  readonly access = new Map<string, NoteAccess | null>();
  readonly signedOut = new Set<string>();

  of(userId: string): NoteAccess | null {
    const access = this.access.get(userId);
    return access === undefined ? 'edit' : access;
  }
}

/** Notes behind an HTTP server of their own. */
export interface NotesServer {
  notes: Notes;
  db: Database;
  rights: Rights;
  port: number;
  /** `ws://.../notes`, for a stock provider. */
  url: string;
  token(user: NotePerson, documentId: string): Promise<string>;
  stop(): Promise<void>;
}

export interface NotePerson {
  id: string;
  name: string;
}

export const actorOf = (user: NotePerson): UserActor => ({
  kind: 'user',
  userId: user.id,
  authSessionId: user.id,
  role: 'student',
  organizationId: null,
  displayName: user.name,
});

export async function startNotes(options: {
  databaseUrl: string;
  port?: number;
  settings?: Partial<NoteSettings>;
}): Promise<NotesServer> {
  const log = createLogger(process.env['NOTES_LOG'] ?? 'silent');
  const db = await openDatabase({ url: options.databaseUrl, entities: noteEntities, log, poolSize: 3 });
  const rights = new Rights();
  const notes = createNotes({
    db,
    clock: systemClock,
    ids: randomIds,
    log,
    tokens: createTokens(
      [{ kid: 'test', secret: 'a secret of at least thirty-two characters' }],
      systemClock,
    ),
    authorize: async (userId) => rights.of(userId),
    isSignedIn: async (authSessionId) => !rights.signedOut.has(authSessionId),
    settings: options.settings,
  });
  await notes.start();
  const server = createServer();
  server.on('upgrade', (request, socket, head) => notes.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    notes,
    db,
    rights,
    port,
    url: `ws://127.0.0.1:${port}/notes`,
    token: async (user, documentId) => (await notes.issueToken(actorOf(user), documentId)).token,
    async stop() {
      await notes.stop();
      await new Promise((resolve) => server.close(resolve));
      await db.close();
    },
  };
}

/** A document as its rows tell. */
export interface StoredNote {
  lastSeq: number;
  snapshotSeq: number;
  sizeBytes: number;
  plainText: string;
  /** Of the log. */
  seqs: number[];
  snapshots: number[];
  /** Snapshot and log, in order. */
  parts: Uint8Array[];
}

/** People and documents without the features that would make them. */
export class NoteFixtures {
  readonly #pool: pg.Pool;
  #people = 0;

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
    this.#pool.on('error', () => undefined);
  }

  async person(name = `Person ${this.#people}`): Promise<NotePerson> {
    this.#people += 1;
    const role = await this.#one(
      `insert into roles (name, slug) values ('Role ' || gen_random_uuid(), 'r-' || gen_random_uuid()) returning id`,
    );
    const id = await this.#one(
      `insert into users (code, email, primary_role_id, first_name, display_name, status) values ('STU' || nextval('user_code_seq'), gen_random_uuid() || '@example.org', $1, $2, $2, 'active') returning id`,
      [role, name],
    );
    return { id, name };
  }

  async organization(): Promise<string> {
    return this.#one(
      `insert into organizations (name, slug) values ('School', 'school-' || gen_random_uuid()) returning id`,
    );
  }

  async document(owner: NotePerson): Promise<string> {
    return this.#one(
      `insert into note_documents (organization_id, scope, owner_id, title) values ($1, 'personal', $2, 'A note') returning id`,
      [await this.organization(), owner.id],
    );
  }

  async query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    return (await this.#pool.query<R>(sql, values)).rows;
  }

  /** A document's head, log and snapshots, of one moment. */
  async stored(documentId: string): Promise<StoredNote> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin isolation level repeatable read read only');
      const of = async (sql: string) => (await client.query<Record<string, unknown>>(sql, [documentId])).rows;
      const [head] = await of('select * from note_documents where id = $1');
      const snapshots = await of(
        'select seq, state as data from note_snapshots where document_id = $1 order by seq',
      );
      const updates = await of(
        'select seq, update_data as data from note_updates where document_id = $1 order by seq',
      );
      await client.query('commit');
      return {
        lastSeq: Number(head?.['last_seq']),
        snapshotSeq: Number(head?.['snapshot_seq']),
        sizeBytes: Number(head?.['size_bytes']),
        plainText: String(head?.['plain_text']),
        seqs: updates.map((row) => Number(row['seq'])),
        snapshots: snapshots.map((row) => Number(row['seq'])),
        parts: [...snapshots, ...updates].map((row) => row['data'] as Buffer),
      };
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #one(sql: string, values: unknown[] = []): Promise<string> {
    const [row] = await this.query<{ id: string }>(sql, values);
    if (!row) throw new Error('no row');
    return row.id;
  }
}
