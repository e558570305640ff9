import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { noteCloseCodes } from '../../shared/notes/contract.ts';
import { randomIds } from '../../server/kernel/ids.ts';
import { actorOf } from './support/notes-server.ts';
import { noteSuite } from './support/suite.ts';

const suite = noteSuite();

const urlOf = async (documentId: string, tokenFor = documentId): Promise<string> =>
  `${suite.server.url}/${documentId}?token=${await suite.server.token(suite.ana, tokenFor)}&ack=1`;

describe('who may open a note', () => {
  test('[NT19] every refusal completes the handshake and closes with its code', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const codeOf = async (url: string) => (await suite.connect(url)).closed();
    const good = await urlOf(documentId);
    expect(await codeOf(`${suite.server.url}/${documentId}`)).toBe(noteCloseCodes.token);
    expect(await codeOf(`${suite.server.url}/${documentId}?token=nonsense`)).toBe(noteCloseCodes.token);
    expect(await codeOf(await urlOf(documentId, await suite.fixtures.document(suite.ana)))).toBe(
      noteCloseCodes.token,
    );
    expect(await codeOf(`${suite.server.url}/not-an-id?token=x`)).toBe(noteCloseCodes.missing);
    expect(await codeOf(await urlOf(randomIds.uuid()))).toBe(noteCloseCodes.missing);
    suite.server.rights.access.set(suite.ana.id, 'none');
    expect(await codeOf(good)).toBe(noteCloseCodes.rights);
    suite.server.rights.access.set(suite.ana.id, null);
    expect(await codeOf(good)).toBe(noteCloseCodes.missing);
    suite.server.rights.access.clear();
    suite.server.rights.signedOut.add(suite.ana.id);
    expect(await codeOf(good)).toBe(noteCloseCodes.token);
  });

  test('[NT19] a token is for one document and tells what its bearer may do', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    suite.server.rights.access.set(suite.ana.id, 'view');
    const issued = await suite.server.notes.issueToken(actorOf(suite.ana), documentId);
    expect(issued.access).toBe('view');
    expect(new Date(issued.expiresAt).getTime()).toBeGreaterThan(Date.now() + 11 * 3_600_000);
    suite.server.rights.access.set(suite.ana.id, 'none');
    await expect(suite.server.notes.issueToken(actorOf(suite.ana), documentId)).rejects.toMatchObject({
      code: 'forbidden',
    });
    suite.server.rights.access.set(suite.ana.id, null);
    await expect(suite.server.notes.issueToken(actorOf(suite.ana), documentId)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('who may write', () => {
  test('[NT20] an edit by somebody who may only read is refused with a reason, not relayed, stored or counted', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    writer.type('hello world');
    writer.text.delete(0, 6);
    await writer.saved();
    suite.server.rights.access.set(suite.ben.id, 'view');
    const reader = await suite.open(suite.ben, documentId);
    // Its answer to our state vector repeats known deletions; that is no edit.
    await reader.saved();
    expect(reader.denials).toEqual([]);
    reader.type('graffiti');
    await reader.until(() => reader.denials.length === 1);
    expect(reader.denials[0]).toMatch(/^note_locked: /);
    expect(reader.committed).toBe(1);
    writer.type('!');
    await writer.saved();
    await reader.until(() => reader.text.toJSON().includes('!'));
    expect(reader.committed).toBe(1);
    expect(writer.text.toJSON()).toBe('world!');
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(3);
  });

  test('[NT20] an offline edit of somebody who may only read now is refused too', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const doc = new Y.Doc();
    doc.getText('text').insert(0, 'written on the train');
    suite.server.rights.access.set(suite.ben.id, 'view');
    const reader = await suite.open(suite.ben, documentId, doc);
    await reader.until(() => reader.denials.length === 1);
    expect(reader.committed).toBe(0);
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(0);
  });

  test('[NT20] what came before the first refusal is still counted', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ana, documentId);
    await writer.saved();
    writer.type('a');
    writer.type('b');
    suite.server.rights.access.set(suite.ana.id, 'view');
    await writer.saved();
    await suite.server.notes.revoke(suite.ana.id);
    writer.type('c');
    await writer.until(() => writer.denials.length === 2);
    await writer.until(() => writer.committed === 3);
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(2);
  });

  test('[NT21] who loses the right to write is read-only at once, who loses all is closed with 4403', async () => {
    const [documentId, other] = [
      await suite.fixtures.document(suite.ana),
      await suite.fixtures.document(suite.ana),
    ];
    const [here, there] = [await suite.open(suite.ben, documentId), await suite.open(suite.ben, other)];
    suite.server.rights.access.set(suite.ben.id, 'view');
    await suite.server.notes.revoke(suite.ben.id, documentId);
    await here.until(() => here.denials.length === 1);
    there.type('still allowed until asked');
    await there.saved();
    suite.server.rights.access.set(suite.ben.id, 'none');
    await suite.server.notes.revoke(suite.ben.id);
    expect(await here.closed()).toBe(noteCloseCodes.rights);
    expect(await there.closed()).toBe(noteCloseCodes.rights);
  });

  test('[NT21] who gets the right back reconnects, and what was refused is taken', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const writer = await suite.open(suite.ben, documentId);
    suite.server.rights.access.set(suite.ben.id, 'view');
    await suite.server.notes.revoke(suite.ben.id, documentId);
    writer.type('kept on this device');
    await writer.until(() => writer.denials.length === 2);
    suite.server.rights.access.set(suite.ben.id, 'edit');
    await suite.server.notes.revoke(suite.ben.id, documentId);
    expect(await writer.closed()).toBe(noteCloseCodes.restart);
    await writer.connect(suite.server, suite.ben, documentId);
    await writer.saved();
    expect((await suite.open(suite.ana, documentId)).text.toJSON()).toBe('kept on this device');
  });

  test('[NT22] when a sign-in ends, its sockets close with 4401 and nobody else’s', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const [mine, others] = [await suite.open(suite.ana, documentId), await suite.open(suite.ben, documentId)];
    suite.server.notes.signedOut(suite.ana.id);
    expect(await mine.closed()).toBe(noteCloseCodes.token);
    others.type('still here');
    await others.saved();
  });
});

describe('documents of classes', () => {
  test('[NT32] a class has one primary document, however often it is asked for', async () => {
    const { server, fixtures } = suite;
    const organizationId = await fixtures.organization();
    const [session] = await fixtures.query<{ id: string }>(
      `insert into live_sessions (organization_id, host_id, created_by, title, scheduled_at, duration_minutes) values ($1, $2, $2, 'Algebra', now(), 45) returning id`,
      [organizationId, suite.ana.id],
    );
    const input = { organizationId, liveSessionId: session!.id, ownerId: suite.ana.id, title: 'Algebra' };
    const first = await server.db.transaction((tx) => server.notes.createForClass(tx, input));
    const again = await server.db.transaction((tx) => server.notes.createForClass(tx, input));
    expect(again).toBe(first);
    expect(await server.notes.primaryForClasses(server.db.em(), [session!.id, randomIds.uuid()])).toEqual(
      new Map([[session!.id, first]]),
    );
    const writer = await suite.open(suite.ana, first);
    writer.type('x + y');
    await writer.saved();
  });
});
