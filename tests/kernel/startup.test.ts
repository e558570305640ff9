import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, ServerProcess } from '../support/crash.ts';
import { createTestDatabase } from '../support/db.ts';
import type { TestDatabase } from '../support/db.ts';

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
let database: TestDatabase;
let dir: string;

beforeAll(async () => {
  database = await createTestDatabase();
  dir = mkdtempSync(join(tmpdir(), 'lectern-startup-'));
});
afterAll(async () => {
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** Starts a server that is expected not to come up. */
async function refused(
  env: Record<string, string>,
  args: string[] = [],
): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      LOG_LEVEL: 'fatal',
      LECTERN_DEMO: '0',
      MEDIA_WORKERS: '1',
      DATA_DIR: dir,
      DATABASE_URL: database.url,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [status] = (await once(child, 'exit')) as [number | null];
  return { status, output };
}

describe('a server that cannot start says why and what to do', () => {
  it('port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, output } = await refused({ PORT: String(port) });
    other.close();
    expect(status).toBe(1);
    expect(output).toContain('[port_in_use]');
    expect(output).toContain(`PORT=${port + 1}`);
  });

  it('unreachable database', async () => {
    const port = await freePort();
    const { status, output } = await refused({
      DATABASE_URL: `postgres://lectern:secret@127.0.0.1:${port}/lectern`,
    });
    expect(status).toBe(1);
    expect(output).toContain('[database_unreachable]');
    expect(output).not.toContain('secret');
  });

  it('bad configuration', async () => {
    const { status, output } = await refused({ PORT: '99999', TLS_KEY: 'only-half' }, ['--internet']);
    expect(status).toBe(1);
    for (const text of ['[config_invalid]', 'PORT', '--internet']) expect(output).toContain(text);
  });
});

describe('two servers side by side', () => {
  it(
    'with different ports and data folders, each with its own database; a third on a folder in use is refused',
    { timeout: 60_000 },
    async () => {
      const one = await ServerProcess.start({ DATABASE_URL: '' });
      const two = await ServerProcess.start({ DATABASE_URL: '' });
      try {
        for (const server of [one, two]) expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
        const { status, output } = await refused({ DATABASE_URL: '', PORT: '0', DATA_DIR: one.dataDir });
        expect(status).toBe(1);
        expect(output).toContain('[data_dir_in_use]');
        expect((await fetch(`${one.url}/readyz`)).status).toBe(200);
      } finally {
        await one.stop();
        await two.stop();
      }
    },
  );
});
