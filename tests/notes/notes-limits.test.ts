import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { limits } from '../../shared/kernel/limits.ts';
import { noteCloseCodes } from '../../shared/notes/contract.ts';
import { NoteClient, storedDoc } from './support/note-client.ts';
import { startNotes } from './support/notes-server.ts';
import type { NotesServer } from './support/notes-server.ts';
import { eventually, noteSuite } from './support/suite.ts';

const suite = noteSuite();

async function withServer(
  settings: Parameters<typeof startNotes>[0]['settings'],
  work: (server: NotesServer) => Promise<void>,
): Promise<void> {
  const server = await startNotes({ databaseUrl: suite.database.url, settings });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

describe('malformed frames', () => {
  test('[NT28] a frame that is none ends its socket with 1007, a text frame with 1003; others go on', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const good = await suite.open(suite.ana, documentId);
    const bad = await suite.open(suite.ben, documentId);
    bad.sendRaw(Uint8Array.of(0, 2, 200, 1));
    expect(await bad.closed()).toBe(1007);
    const worse = await suite.open(suite.ben, documentId);
    worse.sendUpdate(Uint8Array.of(9, 9, 9, 9, 9));
    expect(await worse.closed()).toBe(1007);
    const talker = await suite.open(suite.ben, documentId);
    talker.sendRaw('hello');
    expect(await talker.closed()).toBe(1003);
    good.type('still here');
    await good.saved();
  });

  test('[NT28] a large malformed update is refused too, and an unknown type is ignored', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const bad = await suite.open(suite.ben, documentId);
    bad.send(77, () => undefined);
    bad.type('x');
    await bad.saved();
    bad.sendUpdate(new Uint8Array(200_000).fill(255));
    expect(await bad.closed()).toBe(1007);
  });

  test('[NT28] no bytes whatever bring the server down', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const url = `${suite.server.url}/${documentId}?token=${await suite.server.token(suite.ana, documentId)}`;
    const source = new Y.Doc();
    source.getText('text').insert(0, 'some text to be bent');
    source.getMap('map').set('key', [1, { a: null }]);
    const update = Y.encodeStateAsUpdate(source);
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      // A header that is right, and a body that is not.
      fc
        .tuple(fc.constantFrom(0, 1, 2, 3, 100), fc.uint8Array({ maxLength: 100 }))
        .map(([type, body]) => Uint8Array.of(type, ...body)),
      // A true update with some of its bytes bent.
      fc
        .array(fc.tuple(fc.nat(update.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
        .map((bends) => {
          const bent = Uint8Array.from(update);
          for (const [at, value] of bends) bent[at] = value;
          return Uint8Array.of(0, 2, update.length, ...bent);
        }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), async (frames) => {
        const client = new NoteClient();
        await client.connectTo(url);
        for (const bytes of frames) client.sendRaw(bytes);
        client.cut();
        client.destroy();
      }),
      { numRuns: 60 },
    );
    const healthy = await suite.open(suite.ben, await suite.fixtures.document(suite.ben));
    healthy.type('alive');
    await healthy.saved();
    expect(healthy.closeCode).toBeUndefined();
  });
});

describe('limits', () => {
  test('[NT29] who is too fast is closed with 4429', async () => {
    await withServer({ framesBurst: 20, framesPerSecond: 1 }, async (server) => {
      const client = await NoteClient.open(server, suite.ana, await suite.fixtures.document(suite.ana));
      for (let i = 0; i < 30; i += 1) client.type('x');
      expect(await client.closed()).toBe(noteCloseCodes.tooFast);
      client.destroy();
    });
  });

  test('[NT29] awareness of others, which stock clients send back, does not count as speed', async () => {
    await withServer({ framesBurst: 10, framesPerSecond: 1 }, async (server) => {
      const documentId = await suite.fixtures.document(suite.ana);
      const [ana, ben] = [
        await NoteClient.open(server, suite.ana, documentId),
        await NoteClient.open(server, suite.ben, documentId),
      ];
      await ben.until(() => ben.awareness.getStates().has(ana.doc.clientID));
      for (let i = 0; i < 50; i += 1) ben.sendAwareness([ana.doc.clientID]);
      ben.type('slow and steady');
      await ben.saved();
      expect(ben.closeCode).toBeUndefined();
      ana.destroy();
      ben.destroy();
    });
  });

  test('[NT29] one person cannot open a note in more sockets than allowed', async () => {
    await withServer({ socketsPerPerson: 2 }, async (server) => {
      const documentId = await suite.fixtures.document(suite.ana);
      const clients = [
        await NoteClient.open(server, suite.ana, documentId),
        await NoteClient.open(server, suite.ana, documentId),
      ];
      const third = new NoteClient();
      await third.connect(server, suite.ana, documentId);
      expect(await third.closed()).toBe(noteCloseCodes.tooFast);
      clients.push(third, await NoteClient.open(server, suite.ben, documentId));
      for (const client of clients) client.destroy();
    });
  });

  test('[NT30] a frame larger than the limit is closed with 4413', async () => {
    const client = await suite.open(suite.ana, await suite.fixtures.document(suite.ana));
    client.sendRaw(new Uint8Array(limits.noteFrameBytes + 1));
    expect(await client.closed()).toBe(noteCloseCodes.tooLarge);
  });

  test('[NT30] a note at its limit takes no more; deleting makes room again', async () => {
    await withServer({ documentBytes: 50_000 }, async (server) => {
      const documentId = await suite.fixtures.document(suite.ana);
      const client = await NoteClient.open(server, suite.ana, documentId);
      client.type('a'.repeat(30_000));
      client.text.delete(0, 30_000);
      client.type('b'.repeat(30_000));
      // The log holds more than the limit by now, the text does not.
      await client.saved();
      client.type('c'.repeat(30_000));
      expect(await client.closed()).toBe(noteCloseCodes.tooLarge);
      const stored = storedDoc((await suite.fixtures.stored(documentId)).parts)
        .getText('text')
        .toJSON();
      expect(stored).toBe('b'.repeat(30_000));
      client.destroy();
    });
  });

  test('[NT31] a client that does not read is told to come back, and holds up nobody', async () => {
    await withServer(
      { unsentBytesPerSocket: 200_000, bytesPerSecond: 1e9, bytesBurst: 1e9 },
      async (server) => {
        const documentId = await suite.fixtures.document(suite.ana);
        const [writer, sleeper] = [
          await NoteClient.open(server, suite.ana, documentId),
          await NoteClient.open(server, suite.ben, documentId),
        ];
        sleeper.pauseReading();
        for (let i = 0; i < 200 && server.notes.metrics().sockets === 2; i += 1) {
          writer.type('z'.repeat(60_000));
          await writer.saved();
        }
        await eventually(() => server.notes.metrics().sockets).toBe(1);
        expect(writer.isOpen).toBe(true);
        writer.destroy();
        sleeper.destroy();
      },
    );
  });
});
