import * as encoding from 'lib0/encoding';
import { describe, expect, test } from 'vitest';
import { limits } from '../../shared/kernel/limits.ts';
import type { NoteClient } from './support/note-client.ts';
import { NoteClient as Client } from './support/note-client.ts';
import { startNotes } from './support/notes-server.ts';
import { noteSuite } from './support/suite.ts';

const suite = noteSuite();

const stateOf = (client: NoteClient, of: NoteClient) => client.awareness.getStates().get(of.doc.clientID);

/** An awareness update with entries of the caller's invention. */
function forge(client: NoteClient, entries: [clientId: number, clock: number, state: unknown][]): void {
  client.send(1, (encoder) => {
    const update = encoding.createEncoder();
    encoding.writeVarUint(update, entries.length);
    for (const [clientId, clock, state] of entries) {
      encoding.writeVarUint(update, clientId);
      encoding.writeVarUint(update, clock);
      encoding.writeVarString(update, typeof state === 'string' ? state : JSON.stringify(state));
    }
    encoding.writeVarUint8Array(encoder, encoding.toUint8Array(update));
  });
}

/** Waits until `to` has seen whatever `from` had sent before: a marker that travels the same way. */
async function settle(from: NoteClient, to: NoteClient): Promise<void> {
  const mark = `${Math.random()}`;
  from.awareness.setLocalStateField('mark', mark);
  await to.until(() => stateOf(to, from)?.['mark'] === mark);
}

async function three() {
  const documentId = await suite.fixtures.document(suite.ana);
  const carl = await suite.fixtures.person('Carl');
  const clients = [
    await suite.open(suite.ana, documentId),
    await suite.open(suite.ben, documentId),
    await suite.open(carl, documentId),
  ] as const;
  for (const client of clients) await client.until(() => client.awareness.getStates().size === 3);
  return { documentId, clients };
}

describe('presence', () => {
  test('[NT23] a client speaks for its own client id only; what it says of others is dropped in silence', async () => {
    const { clients } = await three();
    const [ana, ben, carl] = clients;
    forge(ben, [
      [ana.doc.clientID, 9_000_000_000_000, { cursor: 'forged' }],
      [ana.doc.clientID, 9_000_000_000_001, null],
      [4711, 1, { user: { name: 'Nobody' } }],
    ]);
    await settle(ben, carl);
    expect(stateOf(carl, ana)).toMatchObject({ user: { id: suite.ana.id } });
    expect(stateOf(carl, ana)).not.toHaveProperty('cursor');
    expect(carl.awareness.getStates().has(4711)).toBe(false);
    expect(ben.closeCode).toBeUndefined();
  });

  test('[NT23] somebody else’s client id cannot be taken by naming it first, nor after its owner left', async () => {
    const { documentId, clients } = await three();
    const [ana, ben, carl] = clients;
    const thief = await suite.connect(
      `${suite.server.url}/${documentId}?token=${await suite.server.token(await suite.fixtures.person('Thief'), documentId)}`,
    );
    await thief.until(() => thief.synced);
    ana.cut();
    await carl.until(() => !stateOf(carl, ana));
    const fresh = new Client();
    // A client without presence of its own, whose first words are about somebody else.
    fresh.awareness.setLocalState(null);
    await fresh.connectTo(
      `${suite.server.url}/${documentId}?token=${await suite.server.token(suite.ben, documentId)}`,
    );
    await fresh.until(() => fresh.synced);
    forge(fresh, [[ana.doc.clientID, 50, { stolen: true }]]);
    fresh.awareness.setLocalState({ own: true });
    await carl.until(() => stateOf(carl, fresh)?.['own'] === true);
    await settle(ben, carl);
    expect(stateOf(carl, ana)).toBeUndefined();
    fresh.destroy();
  });

  test('[NT24] the user in a state is that of the token, whatever the client says; a colour may be chosen', async () => {
    const { clients } = await three();
    const [ana, ben, carl] = clients;
    ben.awareness.setLocalState({
      user: { id: suite.ana.id, name: 'Ana', color: 'red; background: url(x)', extra: 1 },
      cursor: 7,
    });
    await carl.until(() => stateOf(carl, ben)?.['cursor'] === 7);
    expect(stateOf(carl, ben)?.['user']).toEqual({
      id: suite.ben.id,
      name: 'Ben',
      color: expect.stringMatching(/^#[0-9a-f]{6}$/),
    });
    ana.awareness.setLocalState({ user: { color: '#123456' } });
    await carl.until(() => stateOf(carl, ana)?.['user'].color === '#123456');
    expect(stateOf(carl, ana)?.['user'].name).toBe('Ana');
  });

  test('[NT25] who leaves disappears at once, who comes back appears at once, with the clock it had', async () => {
    const { documentId, clients } = await three();
    const [ana, ben, carl] = clients;
    ben.cut();
    await carl.until(() => !stateOf(carl, ben));
    await ben.connect(suite.server, suite.ben, documentId);
    await carl.until(() => Boolean(stateOf(carl, ben)));
    await ana.until(() => Boolean(stateOf(ana, ben)));
    expect(stateOf(ana, ben)?.['user']).toMatchObject({ name: 'Ben' });
  });

  test('[NT25] a new socket of the same person takes over; the end of the old one removes nothing', async () => {
    const { documentId, clients } = await three();
    const [, ben, carl] = clients;
    const again = new Client(ben.doc);
    await again.connect(suite.server, suite.ben, documentId);
    await again.until(() => again.synced);
    await settle(again, carl);
    ben.cut();
    await settle(again, carl);
    expect(stateOf(carl, ben)).toBeDefined();
    again.cut();
    await carl.until(() => !stateOf(carl, ben));
  });

  test('[NT26] a client that hears nothing gets a frame before a stock client would hang up', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const server = await startNotes({
      databaseUrl: suite.database.url,
      settings: { echoAfterMs: 0, pingEveryMs: 60_000 },
    });
    const client = await Client.open(server, suite.ana, documentId);
    const heard = client.received.length;
    await client.until(() => client.received.slice(heard).includes(1));
    // Its own presence, unchanged: no remote state has replaced it.
    expect(client.awareness.getLocalState()).toEqual({});
    client.destroy();
    await server.stop();
  });

  test('[NT27] a state that is too large or no object is dropped, the one before stays', async () => {
    const { clients } = await three();
    const [, ben, carl] = clients;
    ben.awareness.setLocalState({ good: true });
    await carl.until(() => stateOf(carl, ben)?.['good'] === true);
    ben.awareness.setLocalState({ padding: 'x'.repeat(limits.awarenessBytes) });
    forge(ben, [[ben.doc.clientID, 100, '[1]']]);
    forge(ben, [[ben.doc.clientID, 101, '{broken']]);
    forge(ben, [[ben.doc.clientID, 102, { good: true, last: true }]]);
    await carl.until(() => stateOf(carl, ben)?.['last'] === true);
    expect(stateOf(carl, ben)).not.toHaveProperty('padding');
    expect(ben.closeCode).toBeUndefined();
  });
});
