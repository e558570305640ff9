import { spawn } from 'node:child_process';

/** A program with the words that go before its own arguments, and the account it runs under. */
export interface Launcher {
  /** Such as `unshare --user ... --`; empty when the program starts directly. */
  prefix: readonly string[];
  /** Set where root steps down to an ordinary account. */
  uid?: number;
  gid?: number;
}

/**
 * Runs a program to its end.
 * @returns its exit status (`-1` when it could not be started) and everything it printed.
 */
export function run(
  launcher: Launcher,
  program: string,
  args: readonly string[],
): Promise<{ status: number; output: string }> {
  const [command = program, ...rest] = [...launcher.prefix, program, ...args];
  return new Promise((resolve) => {
    const child = spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: cleanEnvironment(),
      cwd: '/',
      uid: launcher.uid,
      gid: launcher.gid,
    });
    let output = '';
    const keep = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ status: -1, output: error.message }));
    child.on('close', (status) => resolve({ status: status ?? -1, output }));
  });
}

/** PG* variables of the caller's shell would redirect the programs; messages have to be English to be understood. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
