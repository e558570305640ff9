import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Hint } from './say.mjs';

/** The oldest Node that runs TypeScript without a flag and that every dependency supports. */
export const oldestNode = [22, 18];

/** Whether a version such as `v22.18.0` is new enough to run the server. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

/**
 * The Node that runs the server: the one that npm installed for this platform, else the machine's own.
 * @param {string} root the checkout
 * @returns {string} its path
 */
export function nodeBinary(root) {
  const exe = process.platform === 'win32' ? 'node.exe' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const installed = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', exe);
  if (process.execPath === installed) return installed;
  if (existsSync(installed) && spawnSync(installed, ['--version']).status === 0) return installed;
  if (isNewEnough(process.version)) return process.execPath;
  throw new Hint(
    `Node ${process.version} is too old, and npm brings no newer one for ${process.platform} ${process.arch}.`,
    `Install Node ${oldestNode.join('.')} or newer (24 is best) and start again.`,
  );
}

/**
 * Where that Node keeps what it has compiled, so that the next start is quicker by a quarter.
 * @param {string} root the checkout
 * @returns {{ NODE_COMPILE_CACHE: string }} for its environment; what the caller set already stays
 */
export function compileCache(root) {
  const folder = join(root, 'node_modules', '.cache', 'node-compiled');
  return { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? folder };
}
