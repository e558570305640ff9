import { readFileSync } from 'node:fs';
import { chown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Launcher, run } from './run.ts';

// 65534 is "nobody" everywhere; inside the namespace it stands for the real root, so files stay root's outside.
const namespaced: Launcher = {
  prefix: ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'],
};

/**
 * How to start PostgreSQL from this process. It refuses to run as root, so root goes into a user namespace, which
 * needs no account and works below /root. Where namespaces are forbidden (Docker's default profile) it steps down to
 * the account `postgres` or `nobody`.
 */
export async function chooseLauncher(): Promise<Launcher> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  if (!process.env['LECTERN_NO_USER_NAMESPACE'] && (await run(namespaced, 'true', [])).status === 0)
    return namespaced;
  return { prefix: [], ...account() };
}

function account(): { uid: number; gid: number } {
  let entries: string[][] = [];
  try {
    entries = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    // No account list, as in the smallest container images: the number alone is enough for the kernel.
  }
  const entry = entries.find(([name]) => name === 'postgres') ?? entries.find(([name]) => name === 'nobody');
  const [uid, gid] = [Number(entry?.[2]), Number(entry?.[3])];
  return uid > 0 && Number.isInteger(gid) ? { uid, gid } : { uid: 65_534, gid: 65_534 };
}

/**
 * Gives `directory` and everything in it to the account that runs PostgreSQL, which insists on owning its files.
 * Needed when the way of stepping down from root changes, as when a data directory moves into a container.
 */
export async function own(directory: string, launcher: Launcher): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const [uid, gid] = [launcher.uid ?? 0, launcher.gid ?? 0];
  if ((await lstat(directory)).uid === uid) return;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await own(path, launcher);
    else if (!entry.isSymbolicLink()) await chown(path, uid, gid);
  }
  // Last, so that an interrupted walk is taken up again.
  await chown(directory, uid, gid);
}
