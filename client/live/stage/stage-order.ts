import type { HandView, ParticipantView } from '../../../shared/live/contract.ts';
import { isModerator } from '../../../shared/live/model.ts';

export interface StageInput {
  participants: readonly ParticipantView[];
  hands: readonly HandView[];
  floorUserId: string | null;
  /** Who has a camera on. */
  cameras: ReadonlySet<string>;
  /** Who spoke of late, latest first. */
  recentSpeakers: readonly string[];
  meId: string;
}

/**
 * People in the order their tiles deserve a place: teachers, the holder of the floor, who speaks, who shows a face, who has a
 * hand up, oneself, then everybody else as they came. Stable, so that tiles do not wander without reason.
 */
export function orderPeople(input: StageInput): ParticipantView[] {
  const raised = new Set(input.hands.map((hand) => hand.userId));
  const speaking = new Set(input.recentSpeakers);
  const weight = ({ userId, role }: ParticipantView): number => {
    if (userId === input.floorUserId) return 6;
    if (isModerator(role)) return 5;
    if (speaking.has(userId)) return 4;
    if (input.cameras.has(userId)) return 3;
    if (raised.has(userId)) return 2;
    return userId === input.meId ? 1 : 0;
  };
  return input.participants
    .filter((one) => one.presence !== 'away' || one.userId === input.meId)
    .map((one, index) => ({ one, index, weight: weight(one) }))
    .toSorted((a, b) => b.weight - a.weight || a.index - b.index)
    .map(({ one }) => one);
}

/** Who fills the speaker view when no screen is shared: who speaks, else who has the floor, else the first who is not oneself. */
export function mainPerson(
  ordered: readonly ParticipantView[],
  input: Pick<StageInput, 'recentSpeakers' | 'floorUserId' | 'meId'>,
): string | null {
  const here = new Set(ordered.map((one) => one.userId));
  const speaker = input.recentSpeakers.find((userId) => userId !== input.meId && here.has(userId));
  if (speaker) return speaker;
  if (input.floorUserId && input.floorUserId !== input.meId && here.has(input.floorUserId))
    return input.floorUserId;
  return (ordered.find((one) => one.userId !== input.meId) ?? ordered[0])?.userId ?? null;
}

/** Columns and rows that give tiles of about 16:9 the most room. */
export function gridShape(count: number, width: number, height: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: Math.max(1, count), size: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns, ((height / rows) * 16) / 9);
    if (size > best.size) best = { columns, rows, size };
  }
  return { columns: best.columns, rows: best.rows };
}
