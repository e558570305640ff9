import { useEffect, useState } from 'react';
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import { notesRoutes } from '../../shared/notes/contract.ts';
import { ApiError, api } from '../kernel/api.ts';
import { askBeforeClosing } from '../kernel/ask-before-closing.ts';
import { keptNote } from '../kernel/kept-notes.ts';
import { getSignInState, subscribeSignIn } from '../kernel/sign-in-state.ts';
import type { SignInState } from '../kernel/sign-in-state.ts';
import { keepAsking } from '../kernel/unsent.ts';
import { NoteProvider } from './note-provider.ts';
import type { NoteTicket } from './note-provider.ts';

/** A note while it is open in this page. */
export interface NoteSession {
  doc: Y.Doc;
  provider: NoteProvider;
}

/** Longer than a healthy disk needs; a broken one must not keep anybody from the note. */
const storageWaitMs = 1500;

const isSignedIn = (userId: string, signIn: SignInState): boolean =>
  signIn.status === 'signed-in' && signIn.user.id === userId;

/** For this person alone: what they left unsent is not sent in the name of who signs in after them. */
async function ticketFor(documentId: string, userId: string): Promise<NoteTicket> {
  if (!isSignedIn(userId, getSignInState())) return { problem: 'signedOut' };
  try {
    return await api.call(notesRoutes.token, { params: { documentId } });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) return { problem: 'signedOut' };
    if (error.status === 403) return { problem: 'forbidden' };
    if (error.status === 404) return { problem: 'missing' };
    return null;
  }
}

const notesUrl = (): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/notes`;

/** `ready` is called once this device has told what it holds. */
function openSession(documentId: string, userId: string, ready: (session: NoteSession) => void): () => void {
  const doc = new Y.Doc();
  const provider = new NoteProvider({
    url: notesUrl(),
    documentId,
    doc,
    ticket: () => ticketFor(documentId, userId),
  });
  // Per person: on a shared computer nobody sends what somebody else wrote offline.
  const stored =
    'indexedDB' in globalThis ? new IndexeddbPersistence(keptNote(userId, documentId), doc) : null;
  let closed = false;
  const begin = async () => {
    const kept = await waitForStorage(stored);
    if (closed) return;
    if (kept) provider.keptOnDevice();
    provider.connect();
    ready({ doc, provider });
  };
  void begin();
  const stopWatching = subscribeSignIn(() => onSignIn(provider, userId, getSignInState()));
  const stopAsking = askBeforeClosing(() => provider.heldHereOnly);
  return () => {
    closed = true;
    stopWatching();
    stopAsking();
    provider.destroy();
    void stored?.destroy();
    doc.destroy();
  };
}

/** A new sign-in of the same person, in whatever tab, opens a note again that was closed for the end of the old one. */
export function onSignIn(
  provider: Pick<NoteProvider, 'state' | 'retry'>,
  userId: string,
  signIn: SignInState,
): void {
  const state = provider.state();
  if (isSignedIn(userId, signIn) && state.kind === 'error' && state.problem === 'signedOut') provider.retry();
}

/** What this device holds comes first, so that the server is asked only for the rest. */
async function waitForStorage(stored: IndexeddbPersistence | null): Promise<boolean> {
  if (!stored) return false;
  const late = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), storageWaitMs);
  });
  return Promise.race([stored.whenSynced.then(() => true).catch(() => false), late]);
}

/** A note that this page holds open, and for how many components. */
interface Held {
  users: number;
  session: NoteSession | null;
  listeners: Set<(session: NoteSession) => void>;
  close: () => void;
}

const held = new Map<string, Held>();

/**
 * Takes part in a note. A note that everybody has let go of is closed once the server has what was written in it: a
 * panel that is closed during an outage must not keep the words on this device.
 */
function holdSession(documentId: string, userId: string, ready: (session: NoteSession) => void): () => void {
  const key = `${userId} ${documentId}`;
  const entry = held.get(key) ?? openHeld(key, documentId, userId);
  entry.users += 1;
  if (entry.session) ready(entry.session);
  else entry.listeners.add(ready);
  return () => {
    entry.users -= 1;
    entry.listeners.delete(ready);
    closeWhenSafe(key, entry);
  };
}

function openHeld(key: string, documentId: string, userId: string): Held {
  const entry: Held = { users: 0, session: null, listeners: new Set(), close: () => undefined };
  held.set(key, entry);
  const stopAsking = keepAsking(() => mayHoldUnsent(entry));
  const close = openSession(documentId, userId, (session) => {
    entry.session = session;
    for (const listener of entry.listeners) listener(session);
    session.provider.subscribe(() => closeWhenSafe(key, entry));
    closeWhenSafe(key, entry);
  });
  entry.close = () => {
    stopAsking();
    close();
  };
  return entry;
}

/** Without a connection nobody knows whether the last words arrived. */
function mayHoldUnsent({ session }: Held): boolean {
  const kind = session?.provider.state().kind;
  return kind === 'saving' || kind === 'offline';
}

function closeWhenSafe(key: string, entry: Held): void {
  if (entry.users > 0 || held.get(key) !== entry || mayHoldUnsent(entry)) return;
  held.delete(key);
  // Not in the middle of the provider's own announcement.
  queueMicrotask(entry.close);
}

/** Opens a note for as long as the component is there; null in the first moment. */
export function useNoteSession(documentId: string, userId: string): NoteSession | null {
  const [session, setSession] = useState<NoteSession | null>(null);
  useEffect(() => {
    const release = holdSession(documentId, userId, setSession);
    return () => {
      setSession(null);
      release();
    };
  }, [documentId, userId]);
  return session;
}
