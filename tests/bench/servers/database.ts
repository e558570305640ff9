import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../../../server/kernel/db/embedded-postgres.ts';
import { migrate } from '../../../server/kernel/db/migrate.ts';

// Inside the checkout, not in /tmp: that may be memory, where durability costs nothing.
const parent = fileURLToPath(new URL('../../../.lectern-cache/bench', import.meta.url));

/** The bench's own PostgreSQL: durable, so every figure of Lectern includes what keeping things costs. */
export interface Database {
  url: string;
  /** PostgreSQL's own folder. */
  pgdata: string;
  /** For the servers' own files. */
  dataDir: string;
  jwtKey: { kid: string; secret: string };
  close(): Promise<void>;
}

export async function openDatabase(): Promise<Database> {
  mkdirSync(parent, { recursive: true });
  sweep();
  const folder = mkdtempSync(join(parent, `run-${process.pid}-`));
  const clusterDir = join(folder, 'postgres');
  const postgres = await startEmbeddedPostgres({
    dataDir: clusterDir,
    log: () => undefined,
    durable: true,
    dieWithParent: true,
  });
  await migrate(postgres.url);
  return {
    url: postgres.url,
    pgdata: join(clusterDir, 'cluster', 'pgdata'),
    dataDir: join(folder, 'data'),
    jwtKey: { kid: 'bench', secret: randomBytes(32).toString('base64url') },
    async close() {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Removes what runs that were broken off have left. */
function sweep(): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^run-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
