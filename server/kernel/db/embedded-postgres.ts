import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chooseLauncher } from './embedded/account.ts';
import { type Binaries, findBinaries } from './embedded/binaries.ts';
import { makeDataDir, places } from './embedded/cluster.ts';
import { EmbeddedPostgresError, explain, lacksSpace } from './embedded/error.ts';
import { rotate } from './embedded/log-file.ts';
import { becomeOwner, databaseUrl, type Ownership } from './embedded/ownership.ts';
import { ensureServer, type RunningServer, type ServerSetup, stopServer } from './embedded/server.ts';

export { EmbeddedPostgresError } from './embedded/error.ts';

/** How long a start waits for the owner before it to leave: a restart overlaps with the old process's shutdown. */
const ownerWaitMs = 5000;
const recoveryAttempts = 30;
const recoveryPauseMs = 1000;
/** Somebody has to notice and make room first. */
const spacePauseMs = 2000;

/** What {@link startEmbeddedPostgres} may be told. */
export interface EmbeddedPostgresOptions {
  /** A folder of its own, made when missing. */
  dataDir: string;
  log: (message: string, fields?: Record<string, unknown>) => void;
  /** `false` trades safety on power loss for speed; for tests. */
  durable?: boolean;
  /** Ends the server with this process, however that ends. For tests: a real server outlives a kill and is attached to. */
  dieWithParent?: boolean;
  /** For tests: how often a lost server is started again before it is given up. */
  recoveryAttempts?: number;
  /** The database went away and could not be brought back. Never for want of space: that is waited for. */
  onLost?: (error: Error) => void;
}

/** A PostgreSQL that this process owns. */
export interface EmbeddedPostgres {
  /** Connection string of the database `lectern`; stays the same when the server had to be started anew. */
  readonly url: string;
  /** Whether the server was running already, left by a process that was killed. */
  readonly attached: boolean;
  /** Stops the server and waits for it; no child is left. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on `dataDir`, or attaches to the one that a killed process left there, and becomes its owner.
 * Should the server die while owned, it is started again on the same port.
 * @throws EmbeddedPostgresError with `code` and `hint`: `data_dir_in_use` after waiting 5 s for another owner,
 * `data_dir_unusable` (full disk, no rights, other version), `platform_unsupported`, `start_failed`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  try {
    const setup = await prepare(dataDir, options);
    const ownership = await becomeOwner(dataDir, () => ensureServer(setup), ownerWaitMs);
    if (ownership.server.attached)
      options.log('attached to the running PostgreSQL', { pid: ownership.server.pid });
    return supervise(setup, ownership, options);
  } catch (error) {
    throw explain(dataDir, 'The embedded database did not start', error);
  }
}

async function prepare(dataDir: string, options: EmbeddedPostgresOptions): Promise<ServerSetup> {
  const launcher = await chooseLauncher();
  await makeDataDir(dataDir);
  let found: Promise<Binaries> | undefined;
  return {
    dataDir,
    launcher,
    binaries: () => (found ??= findBinaries(launcher, places(dataDir).binaries)),
    durable: options.durable ?? true,
    dieWithParent: options.dieWithParent ?? false,
    log: options.log,
  };
}

function supervise(setup: ServerSetup, first: Ownership, options: EmbeddedPostgresOptions): EmbeddedPostgres {
  const { port } = first.server;
  const url = databaseUrl(setup.dataDir, port);
  let current = first;
  let stopped: Promise<void> | undefined;
  let recovering: Promise<void> = Promise.resolve();

  const tidy = setInterval(() => void rotate(places(setup.dataDir).log).catch(() => {}), 60_000);
  tidy.unref();
  const watch = () => current.client.once('end', () => (recovering = recover()));
  watch();

  async function recover(): Promise<void> {
    if (stopped) return;
    setup.log('lost the database, starting it again');
    const attempts = options.recoveryAttempts ?? recoveryAttempts;
    let last: unknown;
    let waiting = false;
    for (let attempt = 0; attempt < attempts && !stopped;) {
      try {
        current = await becomeOwner(setup.dataDir, () => onPort(setup, port), ownerWaitMs);
        watch();
        setup.log('the database is back', { pid: current.server.pid });
        return;
      } catch (error) {
        last = error;
        if (error instanceof EmbeddedPostgresError) break;
        const full = lacksSpace(setup.dataDir, error);
        if (full && !waiting) setup.log('the disk is full, the database waits for space');
        waiting = full;
        if (!full) attempt++;
        await delay(full ? spacePauseMs : recoveryPauseMs);
      }
    }
    if (!stopped) options.onLost?.(explain(setup.dataDir, 'The embedded database is lost', last));
  }

  async function stop(): Promise<void> {
    clearInterval(tidy);
    await recovering;
    // The lock is let go by the server's end, not before: a waiting successor must not attach to a server that stops.
    await stopServer(setup, current.server.pid);
    await current.client.end().catch(() => {});
  }

  return { url, attached: first.server.attached, stop: () => (stopped ??= stop()) };
}

/** The application's connection string names the port, so a server elsewhere is no help. */
async function onPort(setup: ServerSetup, port: number): Promise<RunningServer> {
  const server = await ensureServer(setup, port);
  if (server.port === port) return server;
  throw new EmbeddedPostgresError(
    'data_dir_in_use',
    'Another Lectern took the database over.',
    'Restart this one.',
  );
}
