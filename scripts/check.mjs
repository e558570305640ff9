// Behind `npm run check`: every rule that a machine can hold the sources against. All of them run, also after a failure.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './lib/install.mjs';
import { nodeBinary } from './lib/node-binary.mjs';
import { run } from './lib/run.mjs';
import { main, say } from './lib/say.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const steps = [
  { name: 'types', tool: 'typescript/bin/tsc', args: ['--noEmit'] },
  { name: 'lint', tool: 'oxlint/bin/oxlint', args: ['--type-aware'] },
  { name: 'format', tool: 'oxfmt/bin/oxfmt', args: ['--check', '.'] },
  {
    name: 'architecture',
    tool: 'vitest/vitest.mjs',
    args: ['run', '--project', 'architecture'],
    needs: 'tests/architecture',
  },
];

await main(async () => {
  await ensureInstalled(root, { dev: true });
  const node = nodeBinary(root);
  const results = [];
  for (const { name, tool, args, needs } of steps) {
    if (needs && !existsSync(join(root, needs))) continue;
    say(`check: ${name}`);
    const { status } = await run(node, [join('node_modules', tool), ...args], { cwd: root });
    results.push({ name, ok: status === 0 });
  }
  for (const { name, ok } of results) say(`check: ${name}: ${ok ? 'ok' : 'FAILED'}`);
  return results.every(({ ok }) => ok) ? 0 : 1;
});
