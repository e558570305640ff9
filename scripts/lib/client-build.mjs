import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { run, withHeartbeat } from './run.mjs';
import { Hint, say } from './say.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

const inputs = ['client', 'shared', 'index.html', 'vite.config.ts', 'package-lock.json'];
const stampOf = (root) => join(root, 'dist', 'client', '.lectern-built');

/** Whether dist/client holds what the sources would give; a checkout without a client has nothing to build. */
export function isBuilt(root) {
  return !existsSync(join(root, 'vite.config.ts')) || readStamp(stampOf(root)) === hashOf(root, inputs);
}

/**
 * Builds the client when its sources have changed.
 * @param {string} root @param {string} node the Node to build with
 */
export async function ensureClient(root, node) {
  if (isBuilt(root)) return;
  await withLock(
    root,
    'client',
    async () => {
      if (isBuilt(root)) return;
      // Taken before the build: a file saved meanwhile makes the result stale.
      const hash = hashOf(root, inputs);
      say('building the client, about half a minute');
      const work = run(node, [join('node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
        cwd: root,
        // A NODE_ENV of the caller's would give a development build.
        env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: undefined },
        quiet: true,
      });
      const { status, output } = await withHeartbeat(work, 20, (seconds) =>
        say(`still building (${seconds} s)`),
      );
      if (status !== 0) throw explain(output);
      writeStamp(stampOf(root), hash);
      say('the client is built');
    },
    () => say('another process is building the client, waiting for it'),
  );
}

function explain(output) {
  const hint = /ENOSPC/.test(output)
    ? 'The disk is full.'
    : 'The messages above name the file; npm run build shows them again.';
  return new Hint(
    `The client could not be built:\n${output.trim().split('\n').slice(0, 25).join('\n')}`,
    hint,
  );
}
