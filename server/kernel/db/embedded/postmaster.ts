import { readFileSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './error.ts';

/** What postmaster.pid and the process table say about a cluster. */
export type Postmaster =
  /** Nobody runs; `left` is a file whose process is gone, which PostgreSQL clears away by itself. */
  | { state: 'none'; left?: string }
  /** The number in the file now belongs to some other program: PostgreSQL would refuse to start. */
  | { state: 'misleading'; content: string }
  | { state: 'starting' | 'stopping'; pid: number }
  | { state: 'ready'; pid: number; port: number };

/** Whether a process exists and is not merely waiting to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return process.platform !== 'linux';
  }
}

/** Reads who serves the cluster at `pgdata`. */
export function inspect(pgdata: string): Postmaster {
  const content = readPidFile(pgdata);
  if (content === undefined) return { state: 'none' };
  const lines = content.split('\n');
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return { state: 'none', left: content };
  if (!servesFrom(pid, pgdata)) return { state: 'misleading', content };
  const status = lines[7]?.trim();
  if (status === 'ready') return { state: 'ready', pid, port: Number(lines[3]) };
  return { state: status === 'stopping' ? 'stopping' : 'starting', pid };
}

function readPidFile(pgdata: string): string | undefined {
  try {
    return readFileSync(join(pgdata, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** PostgreSQL's processes stay in the data directory; where the kernel does not tell, the file is believed. */
function servesFrom(pid: number, pgdata: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(pgdata);
  } catch (error) {
    // The process may have ended meanwhile (ENOENT); of others' processes we may not know (EACCES).
    return process.platform !== 'linux' || codeOf(error) === 'ENOENT';
  }
}

/**
 * Moves a misleading postmaster.pid away, unless any process still works in the directory. Happens after a container
 * or machine was cut off and its numbers were dealt again.
 * @returns whether the way is free.
 */
export async function clearMisleading(pgdata: string, content: string): Promise<boolean> {
  if (readdirSync('/proc').some((name) => /^\d+$/.test(name) && worksIn(name, pgdata))) return false;
  const [file, aside] = [join(pgdata, 'postmaster.pid'), join(pgdata, `postmaster.pid.${process.pid}`)];
  try {
    await rename(file, aside);
    // Taken by a server that started in this very moment: give it back.
    if (readFileSync(aside, 'utf8') !== content) await link(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  } finally {
    await rm(aside, { force: true });
  }
  return true;
}

function worksIn(pid: string, pgdata: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(pgdata);
  } catch {
    return false;
  }
}
