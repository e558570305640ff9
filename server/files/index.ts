import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Secrets } from '../kernel/secrets.ts';

/** Stored files and who may read them. */
export interface Files {
  routes: BoundRoute[];
}

export interface FilesDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  secrets: Secrets;
  dataDir: string;
}

/** For `openDatabase`. */
export const filesEntities = [];

export function createFiles(_deps: FilesDeps): Files {
  return { routes: [] };
}
