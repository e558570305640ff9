import type { ChatMessageView } from '../../../shared/live/contract.ts';

/** A line of mine that is not part of the class's chat yet. */
export interface PendingLine {
  key: string;
  text: string;
  /**
   * `sending`: kept until the server has it; `acknowledged`: stored, its fact is on the way; `refused`: the server said no.
   */
  state: 'sending' | 'acknowledged' | 'refused';
  /** Why it was refused. */
  code: string | null;
}

export function withPendingState(
  lines: readonly PendingLine[],
  key: string,
  state: PendingLine['state'],
  code: string | null = null,
): PendingLine[] {
  return lines.map((line) => (line.key === key ? { ...line, state, code } : line));
}

/** Without the lines that arrived: the fact carries the sender's key. */
export function withoutArrived(
  lines: readonly PendingLine[],
  arrived: readonly ChatMessageView[],
): readonly PendingLine[] {
  const keys = new Set(arrived.map((line) => line.key));
  return lines.some((line) => keys.has(line.key)) ? lines.filter((line) => !keys.has(line.key)) : lines;
}
