import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `work` while no other process of this checkout runs work of the same name: two starts at once must not install
 * into the same folder. A lock whose holder is gone is taken over.
 * @template T
 * @param {string} root @param {string} name @param {() => Promise<T>} work @param {() => void} [onWait]
 * @returns {Promise<T>}
 */
export async function withLock(root, name, work, onWait = () => {}) {
  const folder = join(root, '.lectern-cache');
  const file = join(folder, `${name}.lock`);
  mkdirSync(folder, { recursive: true });
  for (let waited = false; !take(file); waited = true) {
    if (!waited) onWait();
    await delay(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = Number(read(file));
  if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true });
  return false;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // released meanwhile
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid !== process.pid; // a number dealt again after a restart
  } catch (error) {
    return error.code === 'EPERM';
  }
}
