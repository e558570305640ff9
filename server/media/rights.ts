import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../kernel/logger.ts';
import type { MediaDeps } from './types.ts';

/** Asks for a right and does not give up at once; null: it could not be found out. */
export type AskRight = (...about: Parameters<MediaDeps['authorize']>) => Promise<boolean | null>;

const attempts = 4;

/** For `enforce`, which runs after a commit and has nobody to report a failure to. */
export function createAskRight(authorize: MediaDeps['authorize'], log: Logger, retryMs: number): AskRight {
  return async (userId, roomId, action) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await authorize(userId, roomId, action);
      } catch (error) {
        if (attempt === attempts) {
          log.error({ err: error, roomId, action }, 'media right could not be read');
          return null;
        }
        await sleep(retryMs * 2 ** attempt, undefined, { ref: false });
      }
    }
  };
}
