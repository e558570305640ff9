import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from './lock.mjs';
import { run, withHeartbeat } from './run.mjs';
import { Hint, say } from './say.mjs';
import { hashOf, readStamp, writeStamp } from './stamp.mjs';

const stampOf = (root) => join(root, 'node_modules', '.lectern-installed');
const inputs = ['package-lock.json', 'package.json'];

/**
 * Installs the dependencies when they are missing or not those of the lockfile.
 * @param {string} root @param {{ dev: boolean }} needs `dev`: the tools for testing too
 */
export async function ensureInstalled(root, needs) {
  if (isInstalled(root, needs)) return;
  await withLock(
    root,
    'install',
    async () => {
      if (isInstalled(root, needs)) return; // by the process we waited for
      if (!followsLockfile(root, needs)) await install(root, needs);
      writeStamp(stampOf(root), stampText(root, needs));
    },
    () => say('another process is installing the dependencies, waiting for it'),
  );
}

/** Whether the stamp of an earlier look says that what is installed still fits. */
export function isInstalled(root, { dev }) {
  const stamp = readStamp(stampOf(root));
  return (
    stamp !== undefined &&
    (stamp === stampText(root, { dev: true }) || (!dev && stamp === stampText(root, { dev })))
  );
}

const stampText = (root, { dev }) => `${hashOf(root, inputs)}${dev ? '' : ' without development tools'}`;

/**
 * Whether npm has already installed what the lockfile names, as after a plain `npm ci`: npm leaves a list of what it
 * put where. Optional packages may be absent, they belong to other platforms.
 */
export function followsLockfile(root, { dev }) {
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const found = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !found) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link || (entry.dev && !dev)) return true;
    const there = found[path];
    if (!there) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return (
      there.version === entry.version && there.integrity === entry.integrity && existsSync(join(root, path))
    );
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install(root, { dev }) {
  say('installing the dependencies, 1 to 3 minutes the first time');
  const [command, ...args] = npm();
  const work = run(
    command,
    [...args, 'ci', '--no-audit', '--no-fund', dev ? '--include=dev' : '--omit=dev'],
    {
      cwd: root,
      // "later": mediasoup's install script neither downloads nor builds its worker, which the server gets by itself.
      // At run time the variable would be taken for a path, so it is set for this one command.
      env: { ...process.env, MEDIASOUP_WORKER_BIN: 'later' },
      shell: process.platform === 'win32' && command === 'npm',
      quiet: true,
    },
  );
  const { status, output } = await withHeartbeat(work, 20, (seconds) =>
    say(`still installing (${seconds} s)`),
  );
  if (status !== 0) throw explain(status, output);
  say('the dependencies are installed');
}

/** The npm that runs us, when one does: it may not be on the PATH. */
function npm() {
  const path = process.env.npm_execpath ?? '';
  return basename(path) === 'npm-cli.js' && existsSync(path) ? [process.execPath, path] : ['npm'];
}

const causes = [
  [/ENOSPC|no space left/i, 'The disk is full: node_modules needs about 700 MB.'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i,
    'The npm registry cannot be reached. Check the network, a proxy (npm config set proxy) or the registry (npm config get registry).',
  ],
  [/EACCES|EPERM|EROFS/i, 'This folder cannot be written by the user that runs the command.'],
  [
    /can only install packages when your package.json and package-lock.json/i,
    'package.json and package-lock.json do not fit together: run npm install and commit both.',
  ],
];

/** What to tell about an npm that failed. */
export function explain(status, output) {
  if (status === 127) return new Hint('npm was not found.', 'It comes with Node: https://nodejs.org');
  const known = causes.find(([pattern]) => pattern.test(output));
  // npm says what is wrong first and how it is used at length afterwards.
  const lines = output.split('\n').filter((line) => /^npm error \S/.test(line));
  const said = (lines.length > 0 ? lines : output.trim().split('\n')).slice(0, 10).join('\n');
  return new Hint(
    `npm ci failed (exit status ${status}):\n${said}`,
    known?.[1] ?? 'Run npm ci to see all of its messages.',
  );
}
