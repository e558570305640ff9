// Behind `npm run bench`: gets what the scenarios need, then runs those that were asked for.
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureClient } from './lib/client-build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ensureMediaWorker } from './lib/media-worker.mjs';
import { nodeBinary } from './lib/node-binary.mjs';
import { run } from './lib/run.mjs';
import { main } from './lib/say.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = join(root, 'tests', 'bench', 'peers');

await main(async () => {
  await ensureInstalled(root, { dev: true });
  // The servers that Lectern is measured beside, in a folder of their own: none of them is a dependency.
  await ensureInstalled(peers, { dev: false });
  const node = nodeBinary(root);
  // One after another: the measuring begins on a quiet machine.
  const worker = await ensureMediaWorker(root, node);
  await ensureClient(root, node);
  const args = process.argv.slice(2);
  // What follows `--json` is a file, no scenario.
  const names = args.filter((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--json');
  const needsBrowser = names.length === 0 || names.includes('first-frame') || names.includes('worker-death');
  const env = { ...process.env, MEDIASOUP_WORKER_BIN: worker };
  if (needsBrowser) env.LECTERN_CHROMIUM = await ensureChromium();
  // A server's settings in the caller's shell are not the bench's.
  for (const name of ['NODE_ENV', 'DATABASE_URL', 'REDIS_URL', 'TLS_CERT', 'TLS_KEY']) delete env[name];
  const { status } = await run(node, ['tests/bench/run.ts', ...args], { cwd: root, env });
  return status;
});
