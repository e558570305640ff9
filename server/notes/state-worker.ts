import { Worker } from 'node:worker_threads';
import type { Logger } from '../kernel/logger.ts';
import type { StateOperations } from './state-operations.ts';
import type { StateReply, StateRequest } from './state-thread.ts';

/** A thread that does the heavy work on whole documents; started when it is first needed, again after a crash. */
export interface StateWorker extends StateOperations {
  stop(): Promise<void>;
}

/** The server is stopping: what was computed is not needed any more. */
export class WorkerStopped extends Error {}

/** Nothing takes this long but a document made to hang the thread; then the thread ends and its callers hear of it. */
const callLimitMs = 60_000;

interface Call {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** `url`: the database the thread reads and writes by itself, so that large documents never pass the main thread. */
export function createStateWorker(options: {
  url: string;
  name: string;
  log: Logger;
  limitMs?: number;
}): StateWorker {
  const calls = new Map<number, Call>();
  let worker: Worker | undefined;
  let lastId = 0;

  const failAll = (reason: Error): void => {
    for (const call of calls.values()) {
      clearTimeout(call.timer);
      call.reject(reason);
    }
    calls.clear();
  };

  const settle = (reply: StateReply): void => {
    const call = calls.get(reply.id);
    if (!call) return;
    calls.delete(reply.id);
    clearTimeout(call.timer);
    if ('error' in reply) call.reject(new Error(reply.error));
    else call.resolve(reply.result);
  };

  const start = (): Worker => {
    const started = new Worker(new URL('./state-thread.ts', import.meta.url), {
      workerData: { url: options.url },
      name: options.name,
      // Flags of the main thread (a test runner's loader) are not for this one.
      execArgv: [],
    });
    started.unref();
    started.on('message', settle);
    started.on('error', (error) =>
      options.log.error({ err: error, worker: options.name }, 'a note worker failed'),
    );
    started.on('exit', () => {
      if (worker !== started) return;
      worker = undefined;
      failAll(new Error('the note worker ended'));
    });
    return started;
  };

  const end = async (reason: Error): Promise<void> => {
    const ending = worker;
    worker = undefined;
    failAll(reason);
    await ending?.terminate();
  };

  const call = <T>(name: keyof StateOperations, input: unknown): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      lastId += 1;
      const timer = setTimeout(() => {
        options.log.error({ worker: options.name, operation: name }, 'a note worker hangs and is replaced');
        void end(new Error('the note worker was too slow'));
      }, options.limitMs ?? callLimitMs);
      timer.unref();
      calls.set(lastId, { resolve: resolve as (result: unknown) => void, reject, timer });
      worker ??= start();
      worker.postMessage({ id: lastId, name, input } satisfies StateRequest);
    });

  return {
    load: (documentId) => call('load', documentId),
    fold: (input) => call('fold', input),
    difference: (input) => call('difference', input),
    contents: (update) => call('contents', update),
    compact: (documentId) => call('compact', documentId),
    storeLarge: (input) => call('storeLarge', input),
    stop: () => end(new WorkerStopped('the note worker was stopped')),
  };
}
