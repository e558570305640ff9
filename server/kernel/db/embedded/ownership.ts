import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { readPassword, role } from './cluster.ts';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import type { RunningServer } from './server.ts';

/** "lectern" on a telephone's keys. */
const ownerLock = 5_328_376;
const database = 'lectern';

/** The address of the application's database. */
export function databaseUrl(dataDir: string, port: number): string {
  return `postgresql://${role}:${readPassword(dataDir)}@127.0.0.1:${port}/${database}`;
}

/** The connection whose advisory lock makes this process the owner of the data directory. */
export interface Ownership {
  server: RunningServer;
  client: Client;
}

/**
 * Becomes the owner. A lock in the database rather than a file: it ends with the owner's connection, so there is never
 * a stale one, whatever way the owner died.
 * @param ensure finds or starts the server; called again when it goes away, because a leaving owner stops it.
 * @throws EmbeddedPostgresError `data_dir_in_use` when another owner stays longer than `waitMs`.
 */
export async function becomeOwner(
  dataDir: string,
  ensure: () => Promise<RunningServer>,
  waitMs: number,
): Promise<Ownership> {
  let leftMs = waitMs;
  for (let failures = 0; ;) {
    const server = await ensure();
    const since = Date.now();
    const client = new Client({ ...address(dataDir, server.port), connectionTimeoutMillis: 5000 });
    client.on('error', () => {}); // the failing query reports it; an unheard event would end the process
    try {
      await client.connect();
      await client.query(`set lock_timeout = ${Math.max(1, Math.round(leftMs))}`);
      await client.query('select pg_advisory_lock($1)', [ownerLock]);
      await createDatabase(client);
      return { server, client };
    } catch (error) {
      await client.end().catch(() => {});
      leftMs -= Date.now() - since;
      const code = codeOf(error);
      if (code === '55P03') throw inUse(dataDir, error);
      if (!isGoingAway(code, error) || ++failures > 200) throw error;
      await delay(25);
    }
  }
}

function address(dataDir: string, port: number): ClientConfig {
  return {
    host: '127.0.0.1',
    port,
    user: role,
    password: readPassword(dataDir),
    // The lock counts per database: this one always exists.
    database: 'postgres',
    application_name: 'lectern owner',
    keepAlive: true,
  };
}

/** Shutting down, starting up, refused or cut off: the next look tells what is there now. */
function isGoingAway(code: string, error: unknown): boolean {
  return /^(57P0[123]|ECONN.*|EPIPE)$/.test(code) || /Connection terminated/i.test(String(error));
}

async function createDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
  if (rowCount === 0) await client.query(`create database ${database}`);
}

function inUse(dataDir: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'data_dir_in_use',
    `Another Lectern is using the data directory ${dataDir}.`,
    'Stop the other one, or give this one a data directory of its own with DATA_DIR.',
    cause,
  );
}
