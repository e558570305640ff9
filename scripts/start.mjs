// Behind `npm start`: makes a fresh clone ready, then runs the server. Plain JavaScript without dependencies, because on
// a fresh clone there are none, and because the machine's Node may be older than the one the server needs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureClient } from './lib/client-build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { compileCache, nodeBinary } from './lib/node-binary.mjs';
import { main } from './lib/say.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

await main(async () => {
  await ensureInstalled(root, { dev: process.env.NODE_ENV !== 'production' });
  const node = nodeBinary(root);
  await ensureClient(root, node);
  return serve(node, process.argv.slice(2));
});

/** Runs the server as if this process had become it: same arguments, environment, signals and exit status. */
function serve(node, args) {
  // When this process is killed outright the kernel asks the server to stop, so that none is left without a terminal.
  const dying = ['/usr/bin/setpriv', '/bin/setpriv'].find(
    (path) => process.platform === 'linux' && existsSync(path),
  );
  const command = [...(dying ? [dying, '--pdeathsig', 'TERM', '--'] : []), node, 'server/main.ts', ...args];
  const child = spawn(command[0], command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...compileCache(root) },
    // A group of its own: Ctrl-C reaches the server once, through us, not a second time from the terminal and a third
    // from npm, which a server takes as "hurry".
    detached: process.platform !== 'win32',
  });
  forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      if (signal === null) resolve(status);
      else endLike(signal);
    });
  });
}

/** npm passes on what the terminal has already sent: the same signal within half a second is the same wish. */
function forwardSignals(child) {
  const last = new Map();
  for (const signal of forwarded) {
    process.on(signal, () => {
      if (Date.now() - (last.get(signal) ?? 0) < 500) return;
      last.set(signal, Date.now());
      child.kill(signal);
    });
  }
}

function endLike(signal) {
  for (const one of forwarded) process.removeAllListeners(one);
  process.kill(process.pid, signal);
}
