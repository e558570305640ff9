// Behind `npm run audit:verify`: checks the audit trail against its signatures, while the server runs or not.
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';
import { nodeBinary } from './lib/node-binary.mjs';
import { run } from './lib/run.mjs';
import { main } from './lib/say.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await main(async () => {
  await ensureInstalled(root, { dev: false });
  const { status } = await run(nodeBinary(root), ['scripts/audit-verify.ts', ...process.argv.slice(2)], {
    cwd: root,
  });
  return status;
});
