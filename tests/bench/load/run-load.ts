import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Server } from '../servers/server.ts';
import type { Usage } from '../measure/usage.ts';
import type { Job, LoadMessage, Outcomes } from './jobs.ts';

const main = fileURLToPath(new URL('./process.ts', import.meta.url));

/** What the server used between `begin` and `end`. */
export interface ServerUse {
  cpuSeconds: number | null;
  /** Of the database beside it. */
  databaseCpuSeconds: number | null;
  rssBeforeMiB: number | null;
  rssAfterMiB: number | null;
}

export interface Measured<K extends Job['kind']> {
  outcome: Outcomes[K];
  use: ServerUse;
}

/** Runs one job against one server in a load process of its own, and counts what the server used meanwhile. */
export async function runLoad<J extends Job>(job: J, server: Server): Promise<Measured<J['kind']>> {
  const child = fork(main, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const taken: { begin?: Taken; end?: Taken } = {};
  try {
    const outcome = await new Promise<Outcomes[J['kind']]>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`)));
      child.on('message', (message: LoadMessage) => {
        if (message.type === 'done') resolve(message.outcome as Outcomes[J['kind']]);
        else if (message.type === 'failed') reject(new Error(`${server.name}: ${message.error}`));
        else taken[message.type] = take(server);
      });
      child.send(job);
    });
    return { outcome, use: difference(taken) };
  } finally {
    child.kill('SIGKILL');
  }
}

interface Taken {
  server: Usage | null;
  database: Usage | null;
}

const take = (server: Server): Taken => ({ server: server.usage(), database: server.databaseUsage() });

const seconds = (from?: Usage | null, to?: Usage | null): number | null =>
  from && to ? to.cpuSeconds - from.cpuSeconds : null;

function difference({ begin, end }: { begin?: Taken; end?: Taken }): ServerUse {
  return {
    cpuSeconds: seconds(begin?.server, end?.server),
    databaseCpuSeconds: seconds(begin?.database, end?.database),
    rssBeforeMiB: begin?.server?.rssMiB ?? null,
    rssAfterMiB: end?.server?.rssMiB ?? null,
  };
}
