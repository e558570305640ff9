import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type * as Y from 'yjs';
import type { NoteSettings } from '../../../server/notes/index.ts';
import { createTestDatabase } from '../../support/db.ts';
import type { TestDatabase } from '../../support/db.ts';
import { NoteClient } from './note-client.ts';
import { NoteFixtures, startNotes } from './notes-server.ts';
import type { NotePerson, NotesServer } from './notes-server.ts';

/** For facts that no acknowledgement tells; patient, because the machine may be busy. */
// oxlint-disable-next-line vitest/require-awaited-expect-poll -- the caller awaits the matcher
export const eventually = <T>(fact: () => T) => expect.poll(fact, { timeout: 15_000, interval: 20 });

/** What a file of note tests shares: a database, one server, Ana and Ben. */
export interface NoteSuite {
  database: TestDatabase;
  fixtures: NoteFixtures;
  server: NotesServer;
  ana: NotePerson;
  ben: NotePerson;
  /** A synchronised client, ended with the test. */
  open(user: NotePerson, documentId: string, doc?: Y.Doc): Promise<NoteClient>;
  /** A client that is not synchronised (refused, perhaps), ended with the test. */
  connect(url: string): Promise<NoteClient>;
}

/** Call it at the top of a test file; its members are there once tests run. */
export function noteSuite(settings?: Partial<NoteSettings>): NoteSuite {
  const clients: NoteClient[] = [];
  const suite = {
    async open(user: NotePerson, documentId: string, doc?: Y.Doc) {
      const client = await NoteClient.open(suite.server, user, documentId, doc);
      clients.push(client);
      return client;
    },
    async connect(url: string) {
      const client = new NoteClient();
      clients.push(client);
      await client.connectTo(url);
      return client;
    },
  } as NoteSuite;

  beforeAll(async () => {
    suite.database = await createTestDatabase();
    suite.fixtures = new NoteFixtures(suite.database.url);
    suite.server = await startNotes({ databaseUrl: suite.database.url, settings });
    suite.ana = await suite.fixtures.person('Ana');
    suite.ben = await suite.fixtures.person('Ben');
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    suite.server.rights.access.clear();
    suite.server.rights.signedOut.clear();
  });

  afterAll(async () => {
    await suite.server.stop();
    await suite.fixtures.close();
    await suite.database.drop();
  });

  return suite;
}
