import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { NoteClient, storedDoc } from './support/note-client.ts';
import { eventually, noteSuite } from './support/suite.ts';

const suite = noteSuite({ snapshotEveryUpdates: 25 });

/** Decodes, but no client can apply it: an item that hangs on a later one of its own client. Found by bending bytes of a true update. */
const poison = Uint8Array.from([
  1, 6, 7, 0, 1, 1, 4, 116, 101, 120, 94, 1, 132, 7, 0, 1, 98, 40, 1, 1, 109, 1, 107, 1, 125, 1, 7, 1, 7, 100,
  101, 102, 97, 117, 108, 116, 3, 1, 112, 7, 0, 7, 3, 6, 4, 0, 7, 101, 2, 104, 105, 1, 7, 1, 0, 1,
]);

describe('compaction', () => {
  test('[NT16] a long log becomes a snapshot that covers it, with the text for search', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    const fragment = writer.doc.getXmlFragment('default');
    for (const line of ['First line', 'Second line']) {
      const paragraph = new Y.XmlElement('paragraph');
      paragraph.insert(0, [new Y.XmlText(line)]);
      fragment.push([paragraph]);
    }
    writer.type('tombstone');
    writer.text.delete(0, writer.text.length);
    await writer.saved();
    for (let i = 0; i < 24; i += 1) {
      writer.type('x');
      await writer.saved();
    }
    await eventually(async () => (await suite.fixtures.stored(documentId)).snapshots).toHaveLength(1);
    const stored = await suite.fixtures.stored(documentId);
    expect(stored.plainText).toBe('First line\nSecond line');
    expect(stored.snapshotSeq).toBe(stored.snapshots[0]);
    expect(stored.seqs.every((seq) => seq > stored.snapshotSeq)).toBe(true);
    expect(stored.sizeBytes).toBe(stored.parts.reduce((sum, part) => sum + part.length, 0));
    const found = await suite.fixtures.query(
      `select id from note_documents where search @@ plainto_tsquery('english', 'second') and id = $1`,
      [documentId],
    );
    expect(found).toHaveLength(1);
    // Deleted text is gone from the snapshot; the tombstones are not.
    expect(Buffer.from(stored.parts[0]!).includes('tombstone')).toBe(false);
    expect((await suite.open(suite.ben, documentId)).doc.getXmlFragment('default').toJSON()).toContain(
      'Second line',
    );
  });

  test('[NT17] compaction under writing and opening loses nothing and holds up nobody', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writers = await Promise.all([suite.open(suite.ana, documentId), suite.open(suite.ben, documentId)]);
    for (let round = 0; round < 10; round += 1) {
      for (let i = 0; i < 20; i += 1) for (const writer of writers) writer.type(`${round}`, 0);
      const opener = await suite.open(suite.ben, documentId);
      opener.cut();
    }
    await Promise.all(writers.map((writer) => writer.saved()));
    await eventually(async () => (await suite.fixtures.stored(documentId)).seqs.length).toBeLessThan(400);
    const stored = await suite.fixtures.stored(documentId);
    expect(stored.lastSeq).toBe(400);
    expect(stored.snapshots).toEqual([stored.snapshotSeq]);
    const text = storedDoc(stored.parts).getText('text').toJSON();
    expect(text).toHaveLength(400);
    const late = await suite.open(suite.ana, documentId);
    expect(late.text.toJSON()).toBe(text);
  });

  test('[NT16] the job compacts what grew long while nobody watched', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const doc = new Y.Doc();
    doc.on('update', (update: Uint8Array) => updates.push(update));
    const updates: Uint8Array[] = [];
    for (let i = 0; i < 30; i += 1) doc.getText('text').insert(0, 'x');
    for (const [i, update] of updates.entries()) {
      await suite.fixtures.query(
        'insert into note_updates (document_id, seq, update_data) values ($1, $2, $3)',
        [documentId, i + 1, update],
      );
    }
    await suite.fixtures.query('update note_documents set last_seq = 30 where id = $1', [documentId]);
    expect(await suite.server.notes.compactDue()).toBeGreaterThanOrEqual(1);
    expect(await suite.server.notes.compactDue()).toBe(0);
    const stored = await suite.fixtures.stored(documentId);
    expect(stored.seqs).toEqual([]);
    expect(storedDoc(stored.parts).getText('text').length).toBe(30);
  });

  test('[NT18] an update that decodes but cannot be applied is refused at the door', async () => {
    expect(() => Y.applyUpdate(new Y.Doc(), poison)).toThrow(TypeError);
    const vandal = await suite.open(suite.ben, await suite.fixtures.document(suite.ana));
    vandal.sendUpdate(poison);
    expect(await vandal.closed()).toBe(1007);
  });

  test('[NT18] and should one be in the log, it costs nobody the note', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    await suite.fixtures.query(
      'insert into note_updates (document_id, seq, update_data) values ($1, 1, $2)',
      [documentId, poison],
    );
    await suite.fixtures.query('update note_documents set last_seq = 1 where id = $1', [documentId]);
    const writer = new NoteClient();
    await writer.connect(suite.server, suite.ana, documentId);
    await writer.until(() => writer.received.includes(0));
    for (let i = 0; i < 30; i += 1) writer.type('x');
    await writer.saved();
    await eventually(async () => (await suite.fixtures.stored(documentId)).snapshots).toHaveLength(1);
    expect((await suite.fixtures.stored(documentId)).seqs.length).toBeLessThan(30);
    writer.destroy();
  });
});
