import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { Hint, say } from './say.mjs';

const installer = fileURLToPath(new URL('./apt-install.sh', import.meta.url));
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const usualPlaces = {
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
    .filter((name) => process.env[name])
    .map((name) => join(process.env[name], 'Google', 'Chrome', 'Application', 'chrome.exe')),
};

/** The path of a Chromium or Chrome on this machine, or `undefined`. */
export function findChromium(env = process.env) {
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  return [...onPath, ...(usualPlaces[process.platform] ?? [])].find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  );
}

/**
 * Finds a Chromium, or installs Debian's where that is possible. Tests that need a browser are never left out.
 * @returns {Promise<string>} its path
 */
export async function ensureChromium() {
  const given = process.env.LECTERN_CHROMIUM;
  if (given) {
    if (existsSync(given)) return given;
    throw new Hint(
      `LECTERN_CHROMIUM is ${given}, which does not exist.`,
      'Give the path of a Chromium or Chrome.',
    );
  }
  const found = findChromium();
  if (found) return found;
  say('installing Chromium for the browser tests, about a minute');
  const { status, output } = await run('bash', [installer, 'chromium'], { quiet: true });
  const installed = status === 0 ? findChromium() : undefined;
  if (installed) return installed;
  throw new Hint(
    `No Chromium for the browser tests. ${output.trim().split('\n').slice(-5).join('\n')}`,
    'Install Chromium or Chrome, or give the path of one with LECTERN_CHROMIUM.',
  );
}
