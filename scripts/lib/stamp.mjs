import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * One hash over files and whole folders: names and contents. What does not exist counts as absent.
 * @param {string} root
 * @param {string[]} paths relative to `root`
 */
export function hashOf(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) add(hash, root, path);
  return hash.digest('hex');
}

function add(hash, root, path) {
  const full = join(root, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory()) {
    for (const name of readdirSync(full).toSorted()) add(hash, root, `${path}/${name}`);
  } else if (stat.isFile()) {
    hash.update(`${path}\0${stat.size}\0`).update(readFileSync(full));
  }
}

/** The content of a stamp file, or `undefined`. */
export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Writes a stamp. Where that is not allowed (an image with read-only files) the next start looks again, no more. */
export function writeStamp(file, content) {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${content}\n`);
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error;
  }
}
