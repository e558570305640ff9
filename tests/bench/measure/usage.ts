import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What processes used, as the kernel counts it: seconds of CPU since their start, memory now, in MiB. */
export interface Usage {
  cpuSeconds: number;
  rssMiB: number;
}

/** USER_HZ: the unit of times in /proc, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Stat {
  parent: number;
  own: number;
  /** Of children that have ended and were waited for. */
  ofChildren: number;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // ended, or no Linux
  }
}

function stat(pid: number): Stat | null {
  const text = read(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The program's name stands in parentheses and may hold anything; proc(5) numbers the fields after it from 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { parent: field(4), own: field(14) + field(15), ofChildren: field(16) + field(17) };
}

const rssMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) / 1024;

/** One process with all its threads, without its children. `null` where there is no /proc. */
export function usageOf(pid: number): Usage | null {
  const found = stat(pid);
  return found && { cpuSeconds: found.own / ticksPerSecond, rssMiB: rssMiB(pid) };
}

/** A process and the children it has had: PostgreSQL forks one per connection. */
export function usageOfFamily(pid: number): Usage | null {
  const head = stat(pid);
  if (!head) return null;
  let ticks = head.own + head.ofChildren;
  for (const name of readdirSync('/proc')) {
    const child = /^\d+$/.test(name) ? stat(Number(name)) : null;
    if (child?.parent === pid) ticks += child.own + child.ofChildren;
  }
  // Shared buffers would be counted once per process: memory of a family says nothing.
  return { cpuSeconds: ticks / ticksPerSecond, rssMiB: 0 };
}

/** The postmaster of a data directory. */
export function postmasterPid(pgdata: string): number {
  return Number((read(join(pgdata, 'postmaster.pid')) ?? '').split('\n')[0]);
}
