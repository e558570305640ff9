import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../server/app.ts';
import type { App, AppOptions } from '../../server/app.ts';
import { systemClock } from '../../server/kernel/clock.ts';
import { loadConfig } from '../../server/kernel/config.ts';
import { randomIds } from '../../server/kernel/ids.ts';
import { createLogger } from '../../server/kernel/logger.ts';
import { createTestDatabase } from './db.ts';

/** A whole server of a test's own: free port, own database, own data folder. */
export interface TestApp extends App {
  url: string;
  databaseUrl: string;
  /** Stops the server and removes what it made. */
  destroy(): Promise<void>;
}

type Options = Partial<Pick<AppOptions, 'clock' | 'graceSeconds' | 'mediaTimings'>> & {
  env?: Record<string, string>;
  /** The database of another server, which this one joins; it stays when this one is destroyed. */
  databaseUrl?: string;
};

/** Starts a server as `npm start` would, but quiet and without demo data. */
export async function startTestApp(options: Options = {}): Promise<TestApp> {
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: async () => undefined }
    : await createTestDatabase();
  const dataDir = mkdtempSync(join(tmpdir(), 'lectern-app-'));
  const env = {
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    MEDIA_WORKERS: '1',
    LOG_LEVEL: process.env['TEST_LOG'] ?? 'fatal',
    LECTERN_DEMO: '0',
    ...options.env,
  };
  const config = loadConfig({ ...env, MEDIASOUP_WORKER_BIN: process.env['MEDIASOUP_WORKER_BIN'] });
  const app = await createApp({
    config,
    databaseUrl: database.url,
    log: createLogger(config.LOG_LEVEL),
    clock: options.clock ?? systemClock,
    ids: randomIds,
    graceSeconds: options.graceSeconds,
    mediaTimings: options.mediaTimings,
  });
  const { port } = await app.start();
  return {
    ...app,
    url: `http://127.0.0.1:${port}`,
    databaseUrl: database.url,
    async destroy() {
      await app.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
