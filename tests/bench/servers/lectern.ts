import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/crash.ts';
import { postmasterPid, usageOf, usageOfFamily } from '../measure/usage.ts';
import type { Usage } from '../measure/usage.ts';
import type { Database } from './database.ts';
import type { Server } from './server.ts';

const main = fileURLToPath(new URL('../../../server/main.ts', import.meta.url));

/** The whole of Lectern as it is deployed: production settings, one media worker, the bench's durable database. */
export class LecternServer implements Server {
  readonly name = 'lectern';
  readonly url: string;
  readonly #database: Database;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  private constructor(database: Database, port: number) {
    this.#database = database;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: this.url,
      DATABASE_URL: database.url,
      DATA_DIR: database.dataDir,
      LECTERN_TOKEN_PEPPER: 'a pepper for the bench, long enough',
      LECTERN_DATA_KEYS: `1:${'A'.repeat(43)}=`,
      LECTERN_AUDIT_KEY: 'an audit key for the bench, long enough',
      LECTERN_JWT_KEYS: `${database.jwtKey.kid}:${database.jwtKey.secret}`,
      LECTERN_DEMO: '0',
      LOG_LEVEL: process.env['BENCH_LOG'] ?? 'fatal',
      MEDIA_WORKERS: '1',
    };
  }

  static async start(database: Database): Promise<LecternServer> {
    const server = new LecternServer(database, await freePort());
    // The bench may be ended by a signal: no server is left behind.
    process.once('exit', () => server.#child?.kill('SIGKILL'));
    await server.start();
    return server;
  }

  /** Starts it, at first or again, and waits until it says that it is ready. */
  async start(): Promise<void> {
    const args = process.env['BENCH_NODE_ARGS']?.split(' ').filter(Boolean) ?? [];
    const child = spawn(process.execPath, [...args, main], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        // What comes later is read too, or the server would wait for its pipe.
        if (output.length < 100_000) output += chunk.toString();
        if (output.includes('Lectern is ready')) resolve();
        if (process.env['BENCH_LOG']) process.stderr.write(chunk);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('exit', (code) => reject(new Error(`Lectern ended with ${code}:\n${output}`)));
    });
  }

  get pid(): number {
    return this.#child?.pid as number;
  }

  usage(): Usage | null {
    return usageOf(this.#child?.pid as number);
  }

  databaseUsage(): Usage | null {
    return usageOfFamily(postmasterPid(this.#database.pgdata));
  }

  /** As a power cut would: no warning, nothing flushed. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
