import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { own } from './account.ts';
import { type Binaries, program } from './binaries.ts';
import { makeCluster, places } from './cluster.ts';
import { rotate } from './log-file.ts';
import { clearMisleading, inspect, isAlive } from './postmaster.ts';
import { cleanEnvironment, type Launcher, run } from './run.ts';

type Log = (message: string, fields?: Record<string, unknown>) => void;

/** Everything that starting a server needs. */
export interface ServerSetup {
  dataDir: string;
  launcher: Launcher;
  /** Called only when a server has to be started: finding them takes longer than attaching. */
  binaries: () => Promise<Binaries>;
  durable: boolean;
  dieWithParent: boolean;
  log: Log;
}

/** A PostgreSQL that accepts connections. */
export interface RunningServer {
  pid: number;
  port: number;
  /** It was running already: left by a process that was killed, or started by one that is quicker. */
  attached: boolean;
}

const pollMs = 10;
/** Recovery after a power cut under load takes seconds, not minutes; then something else is wrong. */
const patienceMs = 180_000;
const busyPort = /Address already in use|could not create any TCP\/IP sockets/i;
/** Another process started it first, or the last processes of a killed server are still leaving. */
const somebodyElse = /lock file "postmaster\.pid"|pre-existing shared memory block/i;

/**
 * Returns the server of the data directory, starting one when none runs. Any number of processes may call this at the
 * same time: PostgreSQL's own lock file lets one server through and the others attach to it.
 * @param port the port to start on; a free one when left out.
 */
export async function ensureServer(setup: ServerSetup, port?: number): Promise<RunningServer> {
  const { pgdata } = places(setup.dataDir);
  const giveUpAt = Date.now() + patienceMs;
  for (let attempt = 0; Date.now() < giveUpAt;) {
    const found = inspect(pgdata);
    if (found.state === 'ready') return { pid: found.pid, port: found.port, attached: true };
    if (found.state === 'none') {
      const outcome = await launch(setup, port);
      if (typeof outcome === 'object') return outcome;
      const fatal = port === undefined ? !busyPort.test(outcome) : true;
      if (!somebodyElse.test(outcome) && (fatal || ++attempt > 5))
        throw new Error(`PostgreSQL did not start: ${outcome}`);
      await delay(pollMs * 5);
    } else {
      if (found.state === 'misleading') await clearMisleading(pgdata, found.content);
      await delay(pollMs);
    }
  }
  throw new Error('PostgreSQL was not ready in time');
}

/** @returns the server, or what PostgreSQL said when it gave up. */
async function launch(setup: ServerSetup, wanted?: number): Promise<RunningServer | string> {
  const { dataDir, launcher, durable, log } = setup;
  const { pgdata, log: logFile } = places(dataDir);
  await own(dataDir, launcher);
  const binaries = await setup.binaries();
  const started = Date.now();
  if (await makeCluster(dataDir, binaries, launcher, durable))
    log('made a new database', { ms: Date.now() - started });

  await rotate(logFile);
  const port = wanted ?? (await freePort());
  const output = openSync(logFile, 'a', 0o600);
  const before = statSync(logFile).size;
  const [command = '', ...args] = [
    ...launcher.prefix,
    ...deathSignal(setup),
    program(binaries, 'postgres'),
    '-D',
    pgdata,
    ...settings(port, durable),
  ];
  const child = spawn(command, args, {
    // A group of its own: Ctrl-C at the terminal, or a kill of ours, must not take the database along unordered.
    detached: true,
    stdio: ['ignore', output, output],
    env: cleanEnvironment(),
    cwd: '/',
    uid: launcher.uid,
    gid: launcher.gid,
    windowsHide: true,
  });
  closeSync(output);
  child.unref();
  const failure = await settled(child, pgdata);
  if (failure !== undefined) return failure + readFileSync(logFile).subarray(before).toString();
  log('started PostgreSQL', { pid: child.pid, port, version: binaries.version });
  return { pid: child.pid ?? 0, port, attached: false };
}

/** Waits until the child serves (`undefined`) or has ended (the reason). */
async function settled(child: ChildProcess, pgdata: string): Promise<string | undefined> {
  const end: { reason?: string } = {};
  child.once('error', (error) => (end.reason = `${error.message}\n`));
  child.once('exit', (status, signal) => (end.reason ??= `ended with ${signal ?? status}\n`));
  const giveUpAt = Date.now() + patienceMs;
  while (end.reason === undefined) {
    const found = inspect(pgdata);
    if (found.state === 'ready' && found.pid === child.pid) return undefined;
    if (Date.now() > giveUpAt) child.kill('SIGQUIT');
    await delay(pollMs);
  }
  return end.reason;
}

/** The kernel ends the server with this process, also after kill -9; elsewhere the exit handler has to do. */
function deathSignal({ dieWithParent }: ServerSetup): string[] {
  return dieWithParent && process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'INT', '--'] : [];
}

function settings(port: number, durable: boolean): string[] {
  const values: Record<string, string | number> = {
    port,
    // No socket file: its path has a limit of 107 bytes, and every driver understands host and port.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: durable ? 100 : 300,
    shared_buffers: '128MB',
    // Short statements only; parallel plans would want more shared memory than a container's 64 MB.
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // What users write must not reach the log: no statement texts, no DETAIL with the offending row.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    synchronous_commit: durable ? 'on' : 'off',
    fsync: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}

/**
 * Stops a server and waits until it is gone: fast first (running statements are cut off, everything is written), then
 * immediate, which is as safe as a power cut.
 */
export async function stopServer(setup: ServerSetup, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    // Node can only kill there; pg_ctl knows the way to ask.
    await run(setup.launcher, program(await setup.binaries(), 'pg_ctl'), [
      'stop',
      '-D',
      places(setup.dataDir).pgdata,
      '-m',
      'fast',
      '-w',
    ]);
    return;
  }
  for (const [signal, waitMs] of [
    ['SIGINT', 5000],
    ['SIGQUIT', 2000],
    ['SIGKILL', 1000],
  ] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    if (signal !== 'SIGINT') setup.log('PostgreSQL is slow to stop', { signal });
    const until = Date.now() + waitMs;
    while (isAlive(pid) && Date.now() < until) await delay(pollMs);
  }
}
