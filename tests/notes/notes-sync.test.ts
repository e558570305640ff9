import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { NoteClient, storedDoc } from './support/note-client.ts';
import { startNotes } from './support/notes-server.ts';
import type { NotePerson } from './support/notes-server.ts';
import { eventually, noteSuite } from './support/suite.ts';

const suite = noteSuite();

const stockProvider = async (user: NotePerson, documentId: string) => {
  const provider = new WebsocketProvider(suite.server.url, documentId, new Y.Doc(), {
    params: { token: await suite.server.token(user, documentId) },
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  });
  await new Promise<void>((resolve) => provider.once('sync', () => resolve()));
  return provider;
};

describe('synchronising', () => {
  test('[NT1] a stock y-websocket provider connects, syncs and sees what others write', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const [first, second] = [
      await stockProvider(suite.ana, documentId),
      await stockProvider(suite.ben, documentId),
    ];
    const seen = new Promise<void>((resolve) => second.doc.on('update', () => resolve()));
    first.doc.getText('text').insert(0, 'hello');
    await seen;
    expect(second.doc.getText('text').toJSON()).toBe('hello');
    first.destroy();
    second.destroy();
  });

  test('[NT1] stock providers see each other, with the names of their tokens', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const [first, second] = [
      await stockProvider(suite.ana, documentId),
      await stockProvider(suite.ben, documentId),
    ];
    await new Promise<void>((resolve) => {
      const look = () => (second.awareness.getStates().has(first.doc.clientID) ? resolve() : undefined);
      second.awareness.on('change', look);
      look();
    });
    expect(second.awareness.getStates().get(first.doc.clientID)?.['user']).toMatchObject({
      id: suite.ana.id,
      name: 'Ana',
    });
    first.destroy();
    second.destroy();
  });

  test('[NT2] who opens a note gets all that was written, also what was written after the last snapshot', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('one ');
    writer.type('two ');
    await writer.saved();
    const reader = await suite.open(suite.ben, documentId);
    expect(reader.text.toJSON()).toBe('one two ');
  });

  test('[NT2] edits of every size arrive, also many in one write', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const reader = await suite.open(suite.ben, documentId);
    const [first, second] = [
      await suite.open(suite.ana, documentId),
      await suite.open(suite.ana, documentId),
    ];
    // An update is some bytes longer than its text: the lengths at which the header of a message changes are among these.
    const lengths = [1, ...Array.from({ length: 30 }, (_, n) => 100 + n), 65_480, 65_510, 65_530, 70_000];
    for (const length of lengths) {
      first.type('a'.repeat(length));
      second.type('b'.repeat(length));
    }
    const total = lengths.reduce((sum, length) => sum + length, 0);
    await eventually(() => reader.text.length).toBe(2 * total);
    await eventually(() => first.text.length).toBe(2 * total);
    expect(reader.text.toJSON()).toBe(first.text.toJSON());
  });

  test('[NT3] the state vector the server asks with is that of the committed log', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('abc');
    await writer.saved();
    writer.cut();
    // What the log has is not sent again: the answer is empty, and empty answers store nothing.
    const before = await suite.fixtures.stored(documentId);
    await writer.connect(suite.server, suite.ana, documentId);
    await writer.saved();
    expect(writer.sent).toBe(1);
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(before.lastSeq);
  });

  test('[NT4] a hundred reconnects add no row, with tombstones too', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('some words to delete, and some to keep');
    writer.text.delete(0, 22);
    writer.text.delete(3, 2);
    await writer.saved();
    const { lastSeq } = await suite.fixtures.stored(documentId);
    for (let i = 0; i < 100; i += 1) {
      writer.cut();
      await writer.connect(suite.server, suite.ana, documentId);
      await writer.saved();
    }
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(lastSeq);
  });

  test('[NT4] of an offline edit only what the log lacks is appended', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('x'.repeat(20_000));
    for (let i = 0; i < 200; i += 1) writer.text.delete(i * 2, 1);
    await writer.saved();
    const { lastSeq, sizeBytes } = await suite.fixtures.stored(documentId);
    writer.cut();
    writer.type('offline', 0);
    writer.text.delete(30, 1);
    await writer.connect(suite.server, suite.ana, documentId);
    await writer.saved();
    const after = await suite.fixtures.stored(documentId);
    expect(after.lastSeq).toBe(lastSeq + 1);
    expect(after.sizeBytes - sizeBytes).toBeLessThan(100);
    expect(storedDoc(after.parts).getText('text').toJSON()).toBe(writer.text.toJSON());
  });

  test('[NT5] an offline edit larger than one row becomes a snapshot at the next seq', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const watcher = await suite.open(suite.ben, documentId);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('before ');
    await writer.saved();
    writer.cut();
    writer.type('y'.repeat(1_500_000));
    await writer.connect(suite.server, suite.ana, documentId);
    writer.type(' after');
    await writer.saved();
    const stored = await suite.fixtures.stored(documentId);
    expect(stored.snapshots).toEqual([2]);
    expect(stored.snapshotSeq).toBe(2);
    expect(stored.seqs).toEqual([3]);
    await watcher.until(() => watcher.text.length === writer.text.length);
    expect(storedDoc(stored.parts).getText('text').toJSON()).toBe(writer.text.toJSON());
    expect((await suite.open(suite.ben, documentId)).text.length).toBe(writer.text.length);
  });

  test('[NT6] thirty who open a long note at once all get it, with one reading of the log', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    for (let i = 0; i < 150; i += 1) writer.type(`line ${i}\n`);
    await writer.saved();
    writer.cut();
    const readers = await Promise.all(Array.from({ length: 30 }, () => suite.open(suite.ben, documentId)));
    for (const reader of readers) expect(reader.text.toJSON()).toBe(writer.text.toJSON());
  });

  test('[NT7] a note nobody has open takes no memory', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('gone soon');
    await writer.saved();
    expect(suite.server.notes.metrics().rooms).toBeGreaterThan(0);
    const other = await suite.open(suite.ben, documentId);
    writer.cut();
    await other.until(() => !other.awareness.getStates().has(writer.doc.clientID));
    other.cut();
    await eventually(() => suite.server.notes.metrics().rooms).toBe(0);
    expect(suite.server.notes.metrics().pending).toBe(0);
  });

  test('[NT8] what another process appends reaches the open sockets with the next append', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const [here, watcher] = [
      await suite.open(suite.ana, documentId),
      await suite.open(suite.ben, documentId),
    ];
    const elsewhere = await startNotes({ databaseUrl: suite.database.url });
    const there = await NoteClient.open(elsewhere, suite.ben, documentId);
    there.type('from afar');
    await there.saved();
    here.doc.getMap('marks').set('near', true);
    await here.until(() => here.text.toJSON() === 'from afar');
    await watcher.until(
      () => watcher.text.toJSON() === 'from afar' && watcher.doc.getMap('marks').get('near') === true,
    );
    await here.saved();
    expect((await suite.fixtures.stored(documentId)).seqs).toEqual([1, 2]);
    there.destroy();
    await elsewhere.stop();
  });
});
