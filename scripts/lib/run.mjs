import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const running = new Set();
let ending;

/** The first signal stops the steps under way, and with them the script: nothing goes on in the background. */
function listen() {
  if (running.size > 0) return;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, endAll);
}

function endAll(signal) {
  ending = signal;
  for (const child of running) child.kill(signal);
}

function forget(child) {
  running.delete(child);
  if (running.size > 0) return;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, endAll);
  if (ending) process.exit(128 + constants.signals[ending]);
}

/**
 * Runs a step to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, shell?: boolean, onLine?: (line: string) => void }} [options]
 *   `quiet` keeps the output for the caller instead of showing it; `onLine` is told each line of it.
 * @returns {Promise<{ status: number, output: string }>} status 127 when there is no such program.
 */
export function run(command, args, options = {}) {
  const { quiet = false, onLine, ...rest } = options;
  return new Promise((resolve) => {
    listen();
    const child = spawn(command, args, { ...rest, stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    running.add(child);
    let output = '';
    const keep = (chunk) => {
      output += chunk;
      if (onLine) for (const line of String(chunk).split('\n')) if (line.trim()) onLine(line.trim());
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const done = (status) => {
      forget(child);
      resolve({ status, output });
    };
    child.once('error', (error) => done(error.code === 'ENOENT' ? 127 : 126));
    child.once('close', (status, signal) => done(status ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/** Says every `seconds` that a silent step is still going on, until `promise` is settled. */
export async function withHeartbeat(promise, seconds, beat) {
  const started = Date.now();
  const timer = setInterval(() => beat(Math.round((Date.now() - started) / 1000)), seconds * 1000);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}
