import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { noteCloseCodes } from '../../shared/notes/contract.ts';
import { NoteClient, storedDoc } from './support/note-client.ts';
import { startNotes } from './support/notes-server.ts';
import { eventually, noteSuite } from './support/suite.ts';

// The tests hold locks for as long as they need, on a machine that may be busy.
const patient = { appendLockMs: 60_000, appendTimeoutMs: 60_000 };
const suite = noteSuite(patient);

const holders = new Set<pg.Client>();
// What a test that failed holds must not hold up the next.
afterEach(async () => {
  for (const client of holders) await client.end();
  holders.clear();
});

/** Holds the documents' rows, so that appends wait, until it is released. */
async function holdAppends(): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: suite.database.url });
  await client.connect();
  holders.add(client);
  await client.query('begin');
  await client.query('lock table note_documents in exclusive mode');
  return {
    async release() {
      holders.delete(client);
      await client.query('rollback');
      await client.end();
    },
  };
}

/** Ends the log's database session, as an administrator or a failing network would. */
async function breakLogConnection(): Promise<void> {
  await expect
    .poll(() =>
      suite.fixtures.query(
        `select pid from pg_stat_activity where application_name = 'lectern-notes-log' and wait_event_type = 'Lock' and datname = current_database()`,
      ),
    )
    .toHaveLength(1);
  await suite.fixtures.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lectern-notes-log' and datname = current_database()`,
  );
}

describe('acknowledgement', () => {
  test('[NT9] the count says how many frames are committed, never more', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    await writer.saved();
    const hold = await holdAppends();
    const watcher = await suite.open(suite.ben, documentId);
    writer.type('a');
    writer.type('b');
    // Relayed before it is stored ...
    await watcher.until(() => watcher.text.toJSON() === 'ab');
    // ... but not acknowledged: the count still is that of the first answer.
    expect(writer.committed).toBe(1);
    await hold.release();
    await writer.saved();
    expect(writer.committed).toBe(3);
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(2);
  });

  test('[NT9] a client that did not ask for counts gets none', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const url = `${suite.server.url}/${documentId}?token=${await suite.server.token(suite.ana, documentId)}`;
    const silent = await suite.connect(url);
    await silent.until(() => silent.synced);
    const watcher = await suite.open(suite.ben, documentId);
    silent.type('x');
    await watcher.until(() => watcher.text.toJSON() === 'x');
    watcher.type('y');
    await watcher.saved();
    await silent.until(() => silent.text.toJSON() === 'xy');
    expect(silent.received).not.toContain(100);
  });

  test('[NT10] an empty frame and a repeated one count and store nothing', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('once');
    await writer.saved();
    writer.sendUpdate(Y.encodeStateAsUpdate(new Y.Doc()));
    writer.sendUpdate(Y.encodeStateAsUpdate(writer.doc));
    await writer.saved();
    expect(writer.committed).toBe(4);
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(1);
  });

  test('[NT11] seqs are without a gap and rows carry their writer, over many documents at once', async () => {
    const documents = await Promise.all(Array.from({ length: 8 }, () => suite.fixtures.document(suite.ana)));
    const writers = await Promise.all(
      documents.flatMap((documentId) => [
        suite.open(suite.ana, documentId),
        suite.open(suite.ben, documentId),
      ]),
    );
    const before = suite.server.notes.metrics();
    for (let i = 0; i < 25; i += 1) for (const writer of writers) writer.type(String(i % 10));
    await Promise.all(writers.map((writer) => writer.saved()));
    const after = suite.server.notes.metrics();
    expect(after.rows - before.rows).toBe(8 * 50);
    // Group commit: far fewer statements than rows.
    expect(after.flushes - before.flushes).toBeLessThan(100);
    for (const documentId of documents) {
      const { seqs, parts } = await suite.fixtures.stored(documentId);
      expect(seqs).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
      expect(storedDoc(parts).getText('text').length).toBe(50);
    }
    const writersStored = await suite.fixtures.query(
      'select distinct user_id from note_updates where document_id = $1',
      [documents[0]],
    );
    expect(writersStored).toHaveLength(2);
  });
});

describe('failures', () => {
  test('[NT12] when an append fails after the relay, everybody is sent back to synchronise and nothing is lost', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const [writer, watcher] = [
      await suite.open(suite.ana, documentId),
      await suite.open(suite.ben, documentId),
    ];
    writer.type('safe ');
    await writer.saved();
    await watcher.saved();
    const hold = await holdAppends();
    writer.type('relayed ');
    await watcher.until(() => watcher.text.toJSON() === 'safe relayed ');
    // Built on what is about to be lost: must not be appended, let alone acknowledged.
    watcher.type('after');
    const { committed } = watcher;
    await breakLogConnection();
    expect(await writer.closed()).toBe(noteCloseCodes.tryAgain);
    expect(await watcher.closed()).toBe(noteCloseCodes.tryAgain);
    expect(watcher.committed).toBe(committed);
    await hold.release();
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(1);
    // The writer never returns: the watcher holds what was relayed, and restores it.
    await watcher.connect(suite.server, suite.ben, documentId);
    await watcher.saved();
    const stored = storedDoc((await suite.fixtures.stored(documentId)).parts);
    expect(stored.getText('text').toJSON()).toBe('safe relayed after');
    await writer.connect(suite.server, suite.ana, documentId);
    await writer.saved();
    expect(writer.text.toJSON()).toBe('safe relayed after');
  });

  test('[NT12] a row that PostgreSQL refuses costs its own document a reconnect, not the others', async () => {
    const [spoilt, healthy] = [
      await suite.fixtures.document(suite.ana),
      await suite.fixtures.document(suite.ana),
    ];
    const ghost = { id: '00000000-0000-7000-8000-000000000000', name: 'Ghost' };
    const [bad, good] = [await suite.open(ghost, spoilt), await suite.open(suite.ben, healthy)];
    // What a client says as it opens counts as a frame, too, and may come after it is synchronised.
    await Promise.all([bad.saved(), good.saved()]);
    const hold = await holdAppends();
    // The first waits in flight; the second batch has both documents in one statement.
    good.type('1');
    await eventually(() => suite.server.notes.metrics().pending).toBeGreaterThan(0);
    bad.type('x');
    good.type('2');
    await eventually(() => suite.server.notes.metrics().pending).toBe(3);
    await hold.release();
    await good.saved();
    expect(await bad.closed()).toBe(noteCloseCodes.tryAgain);
    expect(good.closeCode).toBeUndefined();
    expect((await suite.fixtures.stored(healthy)).lastSeq).toBe(2);
    expect((await suite.fixtures.stored(spoilt)).lastSeq).toBe(0);
  });

  test('[NT12] a document that somebody holds locked does not hold up the others', async () => {
    const [locked, free] = [
      await suite.fixtures.document(suite.ana),
      await suite.fixtures.document(suite.ana),
    ];
    const server = await startNotes({ databaseUrl: suite.database.url, settings: { appendLockMs: 300 } });
    const [stuck, lucky] = [
      await NoteClient.open(server, suite.ana, locked),
      await NoteClient.open(server, suite.ben, free),
    ];
    await Promise.all([stuck.saved(), lucky.saved()]);
    const holder = new pg.Client({ connectionString: suite.database.url });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select 1 from note_documents where id = $1 for update', [locked]);
    stuck.type('x');
    lucky.type('y');
    await lucky.saved();
    expect(await stuck.closed()).toBe(noteCloseCodes.tryAgain);
    await holder.query('rollback');
    await holder.end();
    await stuck.connect(server, suite.ana, locked);
    await stuck.saved();
    expect((await suite.fixtures.stored(locked)).lastSeq).toBe(1);
    stuck.destroy();
    lucky.destroy();
    await server.stop();
  });

  test('[NT13] a note that was deleted meanwhile is closed as missing', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    await suite.fixtures.query('update note_documents set deleted_at = now() where id = $1', [documentId]);
    writer.type('too late');
    expect(await writer.closed()).toBe(noteCloseCodes.missing);
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(0);
  });

  test('[NT14] stopping stores what was received and closes with 1012', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const server = await startNotes({ databaseUrl: suite.database.url, settings: patient });
    const writer = await NoteClient.open(server, suite.ana, documentId);
    const watcher = await NoteClient.open(server, suite.ben, documentId);
    await writer.saved();
    const hold = await holdAppends();
    for (let i = 0; i < 40; i += 1) writer.type('z');
    // Relayed, hence received, but the database does not let it be stored yet.
    await watcher.until(() => watcher.text.length === 40);
    const stopped = server.stop();
    await hold.release();
    await stopped;
    expect(await writer.closed()).toBe(noteCloseCodes.restart);
    expect(writer.committed).toBe(writer.sent);
    expect(storedDoc((await suite.fixtures.stored(documentId)).parts).getText('text').length).toBe(40);
    writer.destroy();
    watcher.destroy();
  });

  test('[NT14] a socket that comes while the server stops is sent to the next one', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const server = await startNotes({ databaseUrl: suite.database.url, settings: patient });
    const url = `${server.url}/${documentId}?token=${await server.token(suite.ana, documentId)}`;
    const writer = await NoteClient.open(server, suite.ana, documentId);
    const hold = await holdAppends();
    writer.type('x');
    await eventually(() => server.notes.metrics().pending).toBeGreaterThan(0);
    const stopped = server.stop();
    const late = new WebSocket(url);
    const code = await new Promise<number>((resolve) => late.once('close', resolve));
    expect(code).toBe(noteCloseCodes.restart);
    await hold.release();
    await stopped;
    writer.destroy();
  });
});
