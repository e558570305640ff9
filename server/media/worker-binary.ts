import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { MediaReason } from '../../shared/media/contract.ts';

/** How getting the worker goes. `percent` where the step can be counted. */
export interface WorkerProgress {
  step: Extract<MediaReason, 'searching' | 'waiting' | 'downloading' | 'compiling'>;
  percent: number | null;
}

type Log = (message: string, fields?: Record<string, unknown>) => void;

/** What {@link ensureWorkerBinary} may be told. */
export interface WorkerBinaryOptions {
  log: Log;
  /** Gives up and ends what is under way, a build included. */
  signal?: AbortSignal;
  /** Told what is going on, at each step and at most once for each percent of it. */
  onProgress?: (progress: WorkerProgress) => void;
}

const script = fileURLToPath(new URL('../../scripts/media-worker/get-worker.sh', import.meta.url));
const keptLines = 30;

/** What mediasoup's worker answers when it is not mediasoup that starts it: proof that it runs on this machine. */
const standaloneStatus = 41;

/**
 * Finds a media worker that runs here, or gets one: from this machine's cache (0.3 s), the official download, or a
 * build that takes minutes. Meant to run beside the server, which does everything but media meanwhile.
 * @returns the path of the binary.
 * @throws Error saying what to do when there is no worker to be had, or when aborted.
 */
export async function ensureWorkerBinary(options: WorkerBinaryOptions): Promise<string> {
  const given = process.env['MEDIASOUP_WORKER_BIN'];
  if (given) {
    const status = await exitStatus(given);
    if (status === standaloneStatus) return given;
    throw new Error(
      `MEDIASOUP_WORKER_BIN is ${given}, which is no media worker that runs here (${status}). ` +
        'Unset the variable and Lectern gets one by itself.',
    );
  }
  const mediasoup = packageFolder();
  const inside = join(
    mediasoup,
    'worker/out/Release',
    process.platform === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker',
  );
  if ((await exitStatus(inside)) === standaloneStatus) return inside;
  return obtain(mediasoup, options);
}

function packageFolder(): string {
  // By its door, <package>/node/lib/index.js: its package.json is not among the exports.
  return join(dirname(createRequire(import.meta.url).resolve('mediasoup')), '../..');
}

/** The exit status of the binary started bare, or why there is none. A program that does not end is none either. */
function exitStatus(binary: string): Promise<number | string> {
  return new Promise((resolve) => {
    const child = spawn(binary, [], { stdio: 'ignore', env: {} });
    const tooLong = setTimeout(() => child.kill('SIGKILL'), 5000);
    const done = (result: number | string) => {
      clearTimeout(tooLong);
      resolve(result);
    };
    child.once('error', (error) => done(error.message));
    child.once('exit', (status, signal) => done(status ?? `ended with ${signal}`));
  });
}

async function obtain(
  mediasoup: string,
  { log, signal, onProgress = () => {} }: WorkerBinaryOptions,
): Promise<string> {
  signal?.throwIfAborted();
  const started = Date.now();
  log('getting the media worker');
  // The compiler must not slow down the classes that are already running.
  const child = spawn('nice', ['-n', '10', 'bash', script, mediasoup], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LECTERN_NODE: process.execPath },
    // A group of its own, so that giving up ends the compilers too.
    detached: true,
  });
  const giveUp = () => endGroup(child.pid);
  signal?.addEventListener('abort', giveUp, { once: true });
  const said: string[] = [];
  const lines = { out: '' };
  const progress = createProgress(onProgress);
  follow(child.stdout, said, (line) => {
    lines.out = line;
    progress(line);
  });
  follow(child.stderr, said, progress);
  try {
    const status = await new Promise<number | string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, by) => resolve(code ?? `ended with ${by}`));
    });
    signal?.throwIfAborted();
    if (status !== 0) throw failure(status, said);
    log('the media worker is ready', { path: lines.out, ms: Date.now() - started });
    return lines.out;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid) process.kill(-pid, 'SIGTERM');
  } catch {
    // It ended by itself in this moment.
  }
}

function follow(stream: Readable, said: string[], each: (line: string) => void): void {
  createInterface(stream).on('line', (line) => {
    said.push(line);
    if (said.length > keptLines) said.shift();
    each(line);
  });
}

/** Makes a reader of the script's lines that tells each step, and each percent of one, once. */
export function createProgress(tell: (progress: WorkerProgress) => void): (line: string) => void {
  let before: WorkerProgress | null = null;
  return (line) => {
    const now = progressOf(line);
    if (!now || (now.step === before?.step && now.percent === before.percent)) return;
    before = now;
    tell(now);
  };
}

/** What a line of the script means; null for the compiler's chatter. */
function progressOf(line: string): WorkerProgress | null {
  const counted = /^\[(\d+)\/(\d+)\]/.exec(line);
  if (counted) {
    const [done, all] = [Number(counted[1]), Number(counted[2])];
    // The few steps of the tools that come before say nothing about the whole.
    return all < 10 ? null : { step: 'compiling', percent: Math.min(100, Math.floor((done / all) * 100)) };
  }
  const said = /^media worker: (.*)/.exec(line)?.[1] ?? '';
  if (said.startsWith('another process')) return { step: 'waiting', percent: null };
  if (said.startsWith('asking for')) return { step: 'downloading', percent: null };
  if (said.startsWith('building') || line.startsWith('installing '))
    return { step: 'compiling', percent: null };
  return null;
}

function failure(status: number | string, said: readonly string[]): Error {
  const end = said.slice(-6).join('\n');
  return new Error(
    `There is no media worker for this machine (${status}), so audio and video are off. The last messages:\n${end}\n` +
      'Give the path of one with MEDIASOUP_WORKER_BIN, or allow the download from github.com, or install the packages named above.',
  );
}
