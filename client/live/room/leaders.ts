import type { ParticipantView } from '../../../shared/live/contract.ts';
import { isModerator } from '../../../shared/live/model.ts';

let before: readonly ParticipantView[] = [];
let leaders: readonly string[] = [];

/** Whose pictures come before those of the others: the teachers'. The same list for the same roster. */
export function leadersOf(participants: readonly ParticipantView[]): readonly string[] {
  if (participants === before) return leaders;
  before = participants;
  leaders = participants.filter(({ role }) => isModerator(role)).map(({ userId }) => userId);
  return leaders;
}
