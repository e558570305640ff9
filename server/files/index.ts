import type { Transaction } from '../kernel/db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Secrets } from '../kernel/secrets.ts';
import { StoredFile } from './file.entity.ts';
import { bindRoutes } from './files.routes.ts';
import { FileService } from './files.service.ts';
import type { NewFile } from './files.service.ts';

export { StoredFile };
export type { NewFile };

/** Stored files. Each has an address with a key; whoever was shown the address may read the file. */
export interface Files {
  routes: BoundRoute[];
  /** Stores in the caller's transaction. @returns its id and its address on this server */
  store(tx: Transaction, file: NewFile): Promise<{ id: string; url: string }>;
  /** The bytes of a file that is stored, for its owner's copy of their data; null when they are not there (any more). */
  contentOf(fileId: string): Promise<Uint8Array | null>;
  /** Takes a file away for ever. */
  purge(tx: Transaction, fileId: string): Promise<void>;
}

export interface FilesDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  secrets: Secrets;
  /** Bytes are kept below `files` in it. */
  dataDir: string;
}

/** For `openDatabase`. */
export const filesEntities = [StoredFile];

export function createFiles(deps: FilesDeps): Files {
  const service = new FileService(deps);
  return {
    routes: bindRoutes(service),
    store: (tx, file) => service.store(tx, file),
    contentOf: (fileId) => service.contentOf(fileId),
    purge: (tx, fileId) => service.purge(tx, fileId),
  };
}
