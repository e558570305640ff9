import { describe, expect, it, vi } from 'vitest';
import { onSignIn } from '../../client/notes/note-session.ts';
import { isFinal } from '../../client/notes/note-state.ts';
import type { NoteProblem, NoteState } from '../../client/notes/note-state.ts';

const noteThat = (state: NoteState) => ({ state: () => state, retry: vi.fn<() => void>() });
const closedFor = (problem: NoteProblem) => noteThat({ kind: 'error', problem });

describe('a note that was closed to somebody', () => {
  it('opens again by itself with a new sign-in, and for nothing else', () => {
    const note = closedFor('signedOut');
    onSignIn(note, { status: 'signed-out' });
    expect(note.retry).not.toHaveBeenCalled();
    onSignIn(note, { status: 'signed-in' });
    expect(note.retry).toHaveBeenCalledOnce();
    for (const other of [closedFor('forbidden'), closedFor('tooLarge'), noteThat({ kind: 'saved' })]) {
      onSignIn(other, { status: 'signed-in' });
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
