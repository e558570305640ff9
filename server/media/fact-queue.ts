import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../kernel/errors.ts';
import type { NewMediaFact } from './types.ts';

/** Writes a room's facts in the order they happened, however long a write takes. */
export interface FactQueue {
  /**
   * Call it in the same turn as the change it tells of: then the log's order is the order of the changes.
   * Resolves when it and all before it are in the log; rejects when the log would not take it. Without facts it only
   * waits for those before.
   */
  push(...facts: NewMediaFact[]): Promise<void>;
}

const attempts = 4;

/**
 * Facts that arrive while a write is under way go together into the next one, so that a lock for a whole class is a
 * few writes and not hundreds. A failing write is tried again; a refusal (`AppError`) is final.
 */
export function createFactQueue(write: (facts: NewMediaFact[]) => Promise<void>, retryMs: number): FactQueue {
  let waiting: NewMediaFact[] = [];
  let next: Promise<void> | null = null;
  let current: Promise<void> = Promise.resolve();

  async function persist(facts: NewMediaFact[]): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await write(facts);
      } catch (error) {
        if (error instanceof AppError || attempt === attempts) throw error;
        await sleep(retryMs * 2 ** attempt, undefined, { ref: false });
      }
    }
  }

  return {
    push(...facts) {
      waiting.push(...facts);
      next ??= current.then(() => {
        const batch = waiting;
        waiting = [];
        next = null;
        const written = batch.length === 0 ? Promise.resolve() : persist(batch);
        current = written.catch(() => undefined);
        return written;
      });
      // Whoever does not wait is not interested in the failure either; those who wait still get it.
      next.catch(() => undefined);
      return next;
    },
  };
}
