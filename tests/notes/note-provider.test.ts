import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { NoteProvider } from '../../client/notes/note-provider.ts';
import type { NoteTicket } from '../../client/notes/note-provider.ts';
import { problemOf, stateOf } from '../../client/notes/note-state.ts';
import type { NoteFacts, NoteState } from '../../client/notes/note-state.ts';
import { actorOf, startNotes } from './support/notes-server.ts';
import type { NotePerson, NotesServer } from './support/notes-server.ts';
import { noteSuite } from './support/suite.ts';

const suite = noteSuite();

function open(server: NotesServer, user: NotePerson, documentId: string) {
  const doc = new Y.Doc();
  let tickets = 0;
  const ticket = async (): Promise<NoteTicket> => {
    tickets += 1;
    return server.notes.issueToken(actorOf(user), documentId);
  };
  const provider = new NoteProvider({
    url: server.url,
    documentId,
    doc,
    ticket,
    WebSocketPolyfill: WebSocket as never,
  });
  provider.connect();
  const until = (kind: NoteState['kind']) =>
    new Promise<NoteState>((resolve) => {
      const look = () => {
        if (provider.state().kind !== kind) return;
        stop();
        resolve(provider.state());
      };
      const stop = provider.subscribe(look);
      look();
    });
  return { doc, provider, until, tickets: () => tickets };
}

describe('the client’s provider', () => {
  test('[NT9] says "saved" only when everything it sent is committed', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const { doc, provider, until } = open(suite.server, suite.ana, documentId);
    await until('saved');
    doc.getText('text').insert(0, 'x');
    expect(provider.state().kind).toBe('saving');
    await until('saved');
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(1);
    provider.destroy();
  });

  test('[NT14] after a restart it fetches a fresh token and brings what was written meanwhile', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const first = await startNotes({ databaseUrl: suite.database.url });
    const { doc, provider, until, tickets } = open(first, suite.ana, documentId);
    await until('saved');
    await first.stop();
    await until('offline');
    doc.getText('text').insert(0, 'offline');
    expect(provider.heldHereOnly).toBe(true);
    const second = await startNotes({ databaseUrl: suite.database.url, port: first.port });
    await until('saved');
    expect(provider.heldHereOnly).toBe(false);
    expect(tickets()).toBeGreaterThan(1);
    expect((await suite.fixtures.stored(documentId)).lastSeq).toBe(1);
    provider.destroy();
    await second.stop();
  });

  test('[NT20] a demoted writer is read-only, and is told when something was not taken; promoted, it is saved', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const { doc, provider, until } = open(suite.server, suite.ana, documentId);
    await until('saved');
    suite.server.rights.access.set(suite.ana.id, 'view');
    await suite.server.notes.revoke(suite.ana.id);
    expect(await until('readonly')).toEqual({ kind: 'readonly', refused: false });
    expect(provider.mayEdit).toBe(false);
    doc.getText('text').insert(0, 'too late');
    expect(await until('readonly')).toEqual({ kind: 'readonly', refused: true });
    suite.server.rights.access.set(suite.ana.id, 'edit');
    await suite.server.notes.revoke(suite.ana.id);
    await until('saved');
    expect(provider.mayEdit).toBe(true);
    provider.destroy();
  });

  test('[NT21] who may not open the note any more is told so and does not come back', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const { provider, until } = open(suite.server, suite.ben, documentId);
    await until('saved');
    suite.server.rights.access.set(suite.ben.id, 'none');
    await suite.server.notes.revoke(suite.ben.id);
    expect(await until('error')).toEqual({ kind: 'error', problem: 'forbidden' });
    provider.destroy();
  });

  test('[NT23] it sends nobody’s presence but its own', async () => {
    const documentId = await suite.fixtures.document(suite.ana);
    const [mine, theirs] = [
      open(suite.server, suite.ana, documentId),
      open(suite.server, suite.ben, documentId),
    ];
    await Promise.all([mine.until('saved'), theirs.until('saved')]);
    const seen = new Promise<void>((resolve) => {
      mine.provider.awareness.on('change', () => {
        if (mine.provider.awareness.getStates().get(theirs.doc.clientID)?.['mark'] === 1) resolve();
      });
    });
    theirs.provider.awareness.setLocalStateField('mark', 1);
    await seen;
    expect(mine.provider.awareness.getStates().get(theirs.doc.clientID)?.['user'].name).toBe('Ben');
    mine.provider.destroy();
    theirs.provider.destroy();
  });

  test('[NT9] its state follows from what is known', () => {
    const facts: NoteFacts = {
      access: 'edit',
      connected: true,
      synced: true,
      opened: true,
      kept: true,
      sent: 2,
      committed: 2,
      denied: false,
      problem: null,
    };
    expect(stateOf(facts).kind).toBe('saved');
    expect(stateOf({ ...facts, committed: 1 }).kind).toBe('saving');
    expect(stateOf({ ...facts, sent: 0, committed: 0 }).kind).toBe('saving');
    expect(stateOf({ ...facts, connected: false })).toEqual({ kind: 'offline', kept: true });
    expect(stateOf({ ...facts, connected: false, opened: false }).kind).toBe('opening');
    expect(stateOf({ ...facts, access: 'view' })).toEqual({ kind: 'readonly', refused: false });
    expect(problemOf(4413)).toBe('tooLarge');
    expect(problemOf(4401)).toBeNull();
    expect(problemOf(1013)).toBeNull();
  });
});
