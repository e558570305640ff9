import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'pg';
import { createStateOperations } from './state-operations.ts';
import type { StateOperations } from './state-operations.ts';

/** The thread behind `state-worker.ts`: takes `{ id, name, input }`, answers `{ id, result }` or `{ id, error }`. */

export interface StateRequest {
  id: number;
  name: keyof StateOperations;
  input: unknown;
}

export type StateReply = { id: number; result: unknown } | { id: number; error: string };

const port = parentPort;
if (!port) throw new Error('state-thread.ts runs in a worker thread');

const pool = new Pool({
  connectionString: (workerData as { url: string }).url,
  max: 2,
  application_name: 'lectern-notes-state',
  statement_timeout: 60_000,
  idleTimeoutMillis: 30_000,
});
// An idle connection that breaks is replaced at the next query; without a listener it would end the thread.
pool.on('error', () => undefined);

const operations = createStateOperations(pool);

async function answer({ id, name, input }: StateRequest): Promise<StateReply> {
  try {
    const operation = operations[name] as (input: unknown) => Promise<unknown>;
    return { id, result: await operation(input) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (request: StateRequest) => {
  void answer(request).then((reply) => port.postMessage(reply));
});
