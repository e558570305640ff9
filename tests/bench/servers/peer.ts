import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { usageOf } from '../measure/usage.ts';
import type { Server } from './server.ts';

export type PeerName = 'y-websocket' | 'hocuspocus' | 'socket-io';

/** Starts another project's server beside ours: same machine, same Node, same minute. */
export async function startPeer(name: PeerName): Promise<Server> {
  const file = fileURLToPath(new URL(`../peers/servers/${name}.mjs`, import.meta.url));
  const child = fork(file, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`${name} ended with ${String(code)}`);
  });
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }];
  ended.catch(() => undefined);
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    usage: () => usageOf(child.pid as number),
    databaseUsage: () => null,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
