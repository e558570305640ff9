// Makes the media worker available and prints its path: for the test run, for container images, for a look by hand.
import { ensureWorkerBinary } from '../server/media/worker-binary.ts';
import type { WorkerProgress } from '../server/media/worker-binary.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

try {
  const onProgress = ({ step, percent }: WorkerProgress) =>
    process.stderr.write(`lectern: media worker: ${step}${percent === null ? '' : ` ${percent} %`}\n`);
  console.log(await ensureWorkerBinary({ log: () => {}, onProgress, signal: stop.signal }));
} catch (error) {
  console.error(`lectern: ${(error as Error).message}`);
  process.exitCode = 1;
}
