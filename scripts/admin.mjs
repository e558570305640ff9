// Behind `npm run admin -- ada@example.org "Ada Lovelace"`: makes somebody a super administrator, while the server runs or not.
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';
import { nodeBinary } from './lib/node-binary.mjs';
import { run } from './lib/run.mjs';
import { main } from './lib/say.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await main(async () => {
  await ensureInstalled(root, { dev: false });
  const { status } = await run(nodeBinary(root), ['scripts/first-admin.ts', ...process.argv.slice(2)], {
    cwd: root,
  });
  return status;
});
