import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { own } from './account.ts';
import { type Binaries, program } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import { isAlive } from './postmaster.ts';
import { type Launcher, run } from './run.ts';

/** The one role of the cluster. */
export const role = 'lectern';

const makingPrefix = 'making-';

/** Where things are inside the data directory. */
export function places(dataDir: string) {
  const cluster = join(dataDir, 'cluster');
  return {
    cluster,
    pgdata: join(cluster, 'pgdata'),
    password: join(cluster, 'password'),
    log: join(dataDir, 'postgres.log'),
    binaries: join(dataDir, 'bin'),
  };
}

/** The role's password. */
export function readPassword(dataDir: string): string {
  return readFileSync(places(dataDir).password, 'utf8').trim();
}

/** Makes the data directory, closed to other accounts. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700);
}

/**
 * Makes the cluster when there is none. It is made beside its place and moved there whole, password included: a crash
 * leaves nothing half-made, and of several processes exactly one wins the move while the others take its result.
 */
export async function makeCluster(
  dataDir: string,
  binaries: Binaries,
  launcher: Launcher,
  durable: boolean,
): Promise<boolean> {
  const { cluster, pgdata } = places(dataDir);
  if (existsSync(pgdata)) {
    refuseOtherVersion(pgdata, binaries);
    return false;
  }
  await sweep(dataDir);
  const making = join(dataDir, `${makingPrefix}${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(making, { mode: 0o700 });
    await writeFile(join(making, 'password'), `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    await own(making, launcher);
    await initdb(making, binaries, launcher, durable);
    if (durable) await flush(join(making, 'password'));
    return await moveInto(making, cluster, dataDir, durable);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function initdb(
  making: string,
  binaries: Binaries,
  launcher: Launcher,
  durable: boolean,
): Promise<void> {
  // The builtin provider: the same order of letters on every machine, whatever its locales.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const access = [`--username=${role}`, '--auth=scram-sha-256', `--pwfile=${join(making, 'password')}`];
  const rest = ['--no-instructions', ...(durable ? [] : ['--no-sync'])];
  const made = await run(launcher, program(binaries, 'initdb'), [
    `--pgdata=${join(making, 'pgdata')}`,
    ...locale,
    ...access,
    ...rest,
  ]);
  if (made.status !== 0) throw new Error(`initdb failed (${made.status}): ${made.output}`);
}

async function moveInto(
  making: string,
  cluster: string,
  dataDir: string,
  durable: boolean,
): Promise<boolean> {
  try {
    await rename(making, cluster);
  } catch (error) {
    if (existsSync(places(dataDir).pgdata)) return false; // another process was quicker
    throw error;
  }
  if (durable) await flush(dataDir);
  return true;
}

async function flush(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const file = await open(path, 'r');
  await file.sync().finally(() => file.close());
}

/** Removes what processes that died while making a cluster left behind. */
async function sweep(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = name.startsWith(makingPrefix)
      ? Number.parseInt(name.slice(makingPrefix.length), 10)
      : Number.NaN;
    if (!Number.isNaN(pid) && (pid === process.pid || !isAlive(pid)))
      await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

function refuseOtherVersion(pgdata: string, binaries: Binaries): void {
  const major = readFileSync(join(pgdata, 'PG_VERSION'), 'utf8').trim();
  if (major === binaries.version.split('.')[0]) return;
  throw new EmbeddedPostgresError(
    'data_dir_unusable',
    `${pgdata} was made by PostgreSQL ${major}; this Lectern brings ${binaries.version}.`,
    'Start the Lectern that made it and export the data, or set DATA_DIR to another folder.',
  );
}
