import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';
import { freePort } from '../support/crash.ts';
import { NoteClient, storedDoc } from './support/note-client.ts';
import { NoteFixtures, startNotes } from './support/notes-server.ts';
import type { NotePerson, NotesServer } from './support/notes-server.ts';

const script = fileURLToPath(new URL('./support/notes-process.ts', import.meta.url));

let database: TestDatabase;
let fixtures: NoteFixtures;
/** Signs tokens; the sockets go to the child. */
let signer: NotesServer;
let child: ChildProcess | undefined;

async function startChild(port: number): Promise<NotesServer> {
  const started = spawn(process.execPath, [script], {
    env: { ...process.env, DATABASE_URL: database.url, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  await once(started.stdout, 'data');
  return { ...signer, url: `ws://127.0.0.1:${port}/notes` };
}

async function endChild(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  const ended = once(child!, 'exit');
  child!.kill(signal);
  const [code] = await ended;
  return code as number | null;
}

/** A client that types words nobody else types, and remembers which frame carried which. */
class Typist {
  readonly client: NoteClient;
  readonly user: NotePerson;
  readonly words: string[] = [];
  readonly #frames = new Map<number, string>();
  /** Words acknowledged on earlier connections. */
  readonly acknowledged = new Set<string>();

  constructor(client: NoteClient, user: NotePerson) {
    this.client = client;
    this.user = user;
  }

  type(): void {
    const word = `[${this.client.doc.clientID}-${this.words.length}]`;
    this.words.push(word);
    this.client.type(word, 0);
    if (this.client.isOpen) this.#frames.set(this.client.sent, word);
  }

  /** Call it when the connection has ended. */
  settle(): void {
    for (const [frame, word] of this.#frames) if (frame <= this.client.committed) this.acknowledged.add(word);
    this.#frames.clear();
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
  fixtures = new NoteFixtures(database.url);
  signer = await startNotes({ databaseUrl: database.url });
});

afterAll(async () => {
  if (child?.exitCode === null && child.signalCode === null) await endChild('SIGKILL');
  await signer.stop();
  await fixtures.close();
  await database.drop();
});

describe('a killed server', () => {
  test(
    '[NT13] every acknowledged edit is there after kill -9 in the middle of a storm, and none is doubled',
    { timeout: 150_000 },
    async () => {
      const port = await freePort();
      const people = await Promise.all(Array.from({ length: 5 }, () => fixtures.person()));
      const documentId = await fixtures.document(people[0]!);
      const typists: Typist[] = people.map((user) => new Typist(new NoteClient(), user));
      for (let round = 0; round < 2; round += 1) {
        const server = await startChild(port);
        for (const { client, user } of typists) {
          await client.connect(server, user, documentId);
          await client.until(() => client.synced);
        }
        // A storm whose middle is told by what was acknowledged, not by a clock.
        const storm = typists.map(async (typist) => {
          const first = typist.client.sent;
          while (typist.client.isOpen && typist.client.sent < first + 3000) {
            typist.type();
            if (typist.words.length % 5 === 0)
              await typist.client
                .until(() => typist.client.committed > typist.client.sent - 40)
                .catch(() => undefined);
          }
        });
        await typists[0]!.client.until(() => typists[0]!.client.committed >= 150);
        await endChild('SIGKILL');
        await Promise.all(typists.map(({ client }) => client.closed().catch(() => undefined)));
        await Promise.all(storm);
        for (const typist of typists) typist.settle();
        const stored = storedDoc((await fixtures.stored(documentId)).parts)
          .getText('text')
          .toJSON();
        const acknowledged = typists.flatMap((typist) => [...typist.acknowledged]);
        expect(acknowledged.length).toBeGreaterThan(150 * (round + 1));
        for (const word of acknowledged) expect(stored.split(word)).toHaveLength(2);
      }
      // Everybody comes back: what was not acknowledged is there too, once.
      const server = await startChild(port);
      for (const { client, user } of typists) await client.connect(server, user, documentId);
      await Promise.all(typists.map(({ client }) => client.saved()));
      const words = typists.flatMap((typist) => typist.words);
      const length = words.reduce((sum, word) => sum + word.length, 0);
      await Promise.all(typists.map(({ client }) => client.until(() => client.text.length === length)));
      const { parts, seqs, snapshotSeq, lastSeq } = await fixtures.stored(documentId);
      const stored = storedDoc(parts).getText('text').toJSON();
      expect(stored).toHaveLength(length);
      for (const word of words) expect(stored.includes(word)).toBe(true);
      for (const { client } of typists) expect(client.text.toJSON()).toBe(stored);
      expect(seqs).toEqual(Array.from({ length: lastSeq - snapshotSeq }, (_, i) => snapshotSeq + 1 + i));
      for (const { client } of typists) client.destroy();
      expect(await endChild('SIGTERM')).toBe(0);
    },
  );
});
