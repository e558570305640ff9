import type { SkippedFact } from '../../../shared/kernel/contract.ts';
import type { LiveFact } from '../../../shared/live/contract.ts';

export type StreamFact = LiveFact | SkippedFact;

/**
 * Puts facts in order. While a join or a resume is under way facts wait; afterwards those that follow without a gap are
 * handed on and the rest asks for what is missing.
 */
export function createFactStream(apply: (fact: StreamFact) => void, onGap: () => void) {
  let seq = 0;
  let held = true;
  let waiting: StreamFact[] = [];

  const drain = (): void => {
    const ordered = waiting.toSorted((a, b) => a.seq - b.seq);
    waiting = [];
    for (const [index, fact] of ordered.entries()) {
      if (fact.seq <= seq) continue;
      if (fact.seq > seq + 1) {
        waiting = ordered.slice(index);
        held = true;
        onGap();
        return;
      }
      seq = fact.seq;
      apply(fact);
    }
  };

  return {
    seq: (): number => seq,
    push(fact: StreamFact): void {
      waiting.push(fact);
      if (!held) drain();
    },
    /** Facts wait from now on. */
    hold(): void {
      held = true;
    },
    /** The state is the one read at `at`: go on from there with what waited. */
    releaseAt(at: number): void {
      seq = at;
      held = false;
      drain();
    },
    /** What was missing came: it and what waited are applied in order. */
    releaseWith(missing: readonly StreamFact[]): void {
      waiting.push(...missing);
      held = false;
      drain();
    },
    /** The connection is gone: what waited belongs to the past. */
    reset(): void {
      held = true;
      waiting = [];
    },
  };
}
