import { run } from './run.mjs';
import { Hint, say } from './say.mjs';

/**
 * Gets the media worker the way the server does.
 * @param {string} root @param {string} node
 * @returns {Promise<string>} the path of the binary
 */
export async function ensureMediaWorker(root, node) {
  let last = 0;
  const onLine = (line) => {
    const building = line.includes('building: ');
    if (!line.startsWith('lectern: ') || (building && Date.now() - last < 20_000)) return;
    last = building ? Date.now() : last;
    say(line.slice('lectern: '.length));
  };
  const { status, output } = await run(node, ['scripts/get-media-worker.ts'], {
    cwd: root,
    quiet: true,
    onLine,
  });
  const lines = output.trim().split('\n');
  if (status === 0) return lines.at(-1);
  throw new Hint(lines.slice(-10).join('\n'), 'The tests drive real media, so they need the worker.');
}
