import { describe, expect, it, vi } from 'vitest';
import { onSignIn } from '../../client/notes/note-session.ts';
import { isFinal } from '../../client/notes/note-state.ts';
import type { SignInState } from '../../client/kernel/sign-in-state.ts';
import type { MeView } from '../../shared/identity/contract.ts';
import type { NoteProblem, NoteState } from '../../client/notes/note-state.ts';

const noteThat = (state: NoteState) => ({ state: () => state, retry: vi.fn<() => void>() });
const signedOut: SignInState = { status: 'signed-out', reason: 'none', until: null };
const signedIn = (id: string) =>
  ({
    status: 'signed-in',
    user: { id } as MeView,
    token: '',
    renewAt: 0,
    expiresAt: 0,
    pending: null,
  }) satisfies SignInState;
const closedFor = (problem: NoteProblem) => noteThat({ kind: 'error', problem });

describe('a note that was closed to somebody', () => {
  it('opens again by itself with a new sign-in of the same person, and for nothing else', () => {
    const note = closedFor('signedOut');
    onSignIn(note, 'ana', signedOut);
    onSignIn(note, 'ana', signedIn('ben'));
    expect(note.retry).not.toHaveBeenCalled();
    onSignIn(note, 'ana', signedIn('ana'));
    expect(note.retry).toHaveBeenCalledOnce();
    for (const other of [closedFor('forbidden'), closedFor('tooLarge'), noteThat({ kind: 'saved' })]) {
      onSignIn(other, 'ana', signedIn('ana'));
      expect(other.retry).not.toHaveBeenCalled();
    }
  });

  it('offers another try for every problem that does not pass by itself', () => {
    const problems: NoteProblem[] = ['signedOut', 'forbidden', 'missing', 'tooLarge', 'tooFast'];
    expect(problems.filter((problem) => isFinal(problem))).toEqual([
      'signedOut',
      'forbidden',
      'missing',
      'tooLarge',
    ]);
  });
});
