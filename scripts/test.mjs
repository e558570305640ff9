// Behind `npm test`: gets what the tests need, runs them, and ends with one plain line that sums them up.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureClient } from './lib/client-build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ensureMediaWorker } from './lib/media-worker.mjs';
import { compileCache, nodeBinary } from './lib/node-binary.mjs';
import { run } from './lib/run.mjs';
import { main, say } from './lib/say.mjs';
import { verdict } from './lib/test-report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await main(async () => {
  await ensureInstalled(root, { dev: true });
  const node = nodeBinary(root);
  // Together: the first waits for the network or compiles, the second for the network, the third computes.
  const [worker, chromium] = await Promise.all([
    ensureMediaWorker(root, node),
    ensureChromium(),
    ensureClient(root, node),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'lectern-report-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2)];
    const env = {
      ...process.env,
      ...compileCache(root),
      LECTERN_CHROMIUM: chromium,
      MEDIASOUP_WORKER_BIN: worker,
    };
    // A server's settings in the caller's shell are not the tests'.
    delete env.NODE_ENV;
    const { status } = await run(node, args, { cwd: root, env });
    const { line, ok } = verdict(readReport(report), status);
    if (!ok && status === 0) say('no test ran');
    process.stdout.write(`\n${line}\n`);
    return ok ? 0 : status || 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // the run broke off before its report
  }
}
