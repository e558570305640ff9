import { noteCloseCodes } from '../../shared/notes/contract.ts';
import type { NoteAccess } from '../../shared/notes/contract.ts';

/** Why a note is closed to this person, in words of the texts (`notes:error`). */
export type NoteProblem = 'signedOut' | 'forbidden' | 'missing' | 'tooLarge' | 'tooFast';

/** What the indicator shows. `saved` means stored: every frame that was sent is committed. */
export type NoteState =
  | { kind: 'opening' }
  | { kind: 'saved' }
  | { kind: 'saving' }
  /** `kept`: the browser's storage holds what is written; otherwise only this page does. */
  | { kind: 'offline'; kept: boolean }
  /** `refused`: something written here was not taken. */
  | { kind: 'readonly'; refused: boolean }
  | { kind: 'error'; problem: NoteProblem };

/** What is known of a connection. */
export interface NoteFacts {
  access: NoteAccess | null;
  connected: boolean;
  synced: boolean;
  /** Whether the note was ever there in this page: from the server, or from this device. */
  opened: boolean;
  kept: boolean;
  sent: number;
  committed: number;
  denied: boolean;
  problem: NoteProblem | null;
}

/** The state that the facts amount to. */
export function stateOf(facts: NoteFacts): NoteState {
  if (facts.problem) return { kind: 'error', problem: facts.problem };
  if (!facts.connected) return facts.opened ? { kind: 'offline', kept: facts.kept } : { kind: 'opening' };
  const settled = facts.synced && facts.sent > 0 && facts.committed === facts.sent;
  if (facts.access !== 'edit' || facts.denied) return { kind: 'readonly', refused: facts.denied && !settled };
  if (!facts.opened) return { kind: 'opening' };
  return settled ? { kind: 'saved' } : { kind: 'saving' };
}

/** What a close code means for the person; null where coming back is all there is to do. */
export function problemOf(code: number): NoteProblem | null {
  switch (code) {
    case noteCloseCodes.rights:
      return 'forbidden';
    case noteCloseCodes.missing:
      return 'missing';
    case noteCloseCodes.tooLarge:
      return 'tooLarge';
    case noteCloseCodes.tooFast:
      return 'tooFast';
    default:
      return null;
  }
}

/** Whether the note stays closed until somebody tries again. */
export const isFinal = (problem: NoteProblem): boolean => problem !== 'tooFast';
