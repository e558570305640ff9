import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

type Log = (message: string, fields?: Record<string, unknown>) => void;

/** What {@link ensureWorkerBinary} may be told. */
export interface WorkerBinaryOptions {
  log: Log;
  /** Gives up and ends what is under way, a build included. */
  signal?: AbortSignal;
  /** Told what is going on, in words for people, at most about once per second. */
  onProgress?: (text: string) => void;
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
  follow(child.stdout, (line) => (lines.out = line), said, onProgress);
  follow(child.stderr, () => {}, said, onProgress);
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

function follow(
  stream: Readable,
  each: (line: string) => void,
  said: string[],
  onProgress: (text: string) => void,
): void {
  let lastStep = 0;
  createInterface(stream).on('line', (line) => {
    each(line);
    said.push(line);
    if (said.length > keptLines) said.shift();
    const text = describe(line);
    if (text === undefined || (text.startsWith('building: ') && Date.now() - lastStep < 1000)) return;
    lastStep = Date.now();
    onProgress(text);
  });
}

/** A line of the script in words for people; `undefined` for the compiler's chatter. */
function describe(line: string): string | undefined {
  const step = /^\[(\d+)\/(\d+)\]/.exec(line);
  if (step) return Number(step[2]) < 10 ? undefined : `building: ${step[1]} of ${step[2]}`;
  return /^media worker: (.*)/.exec(line)?.[1] ?? /^(installing .*)/.exec(line)?.[1];
}

function failure(status: number | string, said: readonly string[]): Error {
  const end = said.slice(-6).join('\n');
  return new Error(
    `There is no media worker for this machine (${status}), so audio and video are off. The last messages:\n${end}\n` +
      'Give the path of one with MEDIASOUP_WORKER_BIN, or allow the download from github.com, or install the packages named above.',
  );
}
