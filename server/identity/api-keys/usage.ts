import type { Database } from '../../kernel/db/database.ts';
import type { Logger } from '../../kernel/logger.ts';
import { addUsage } from './api-keys.repository.ts';
import type { Usage } from './api-keys.repository.ts';

/** How long uses are collected before they are written together, in milliseconds. */
const batchMs = 5000;

/** Counts the uses of keys without a write for each. */
export interface UsageCounter {
  note(keyId: string, at: Date): void;
  /** Writes what was collected. */
  flush(): Promise<void>;
}

export function createUsageCounter(deps: { db: Database; log: Logger }): UsageCounter {
  let waiting = new Map<string, Usage>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const batch = waiting;
    waiting = new Map();
    if (batch.size === 0) return;
    try {
      await addUsage(deps.db.em(), [...batch.values()]);
    } catch (error) {
      deps.log.error({ err: error }, 'the use of API keys was not counted');
      // With the next batch, then.
      for (const one of batch.values()) add(one);
    }
  }

  function add({ id, count, lastUsedAt }: Usage): void {
    const before = waiting.get(id);
    const later = before && before.lastUsedAt > lastUsedAt ? before.lastUsedAt : lastUsedAt;
    waiting.set(id, { id, count: count + (before?.count ?? 0), lastUsedAt: later });
    timer ??= setTimeout(() => void flush(), batchMs).unref();
  }

  return { note: (id, at) => add({ id, count: 1, lastUsedAt: at }), flush };
}
