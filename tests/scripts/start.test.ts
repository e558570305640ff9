import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));

// Says what it was started with, counts what it is told, and leaves on SIGTERM.
const server = `
  let count = 0;
  process.on('SIGINT', () => console.log(JSON.stringify({ signal: 'SIGINT', count: ++count })));
  process.on('SIGTERM', () => process.exit(7));
  console.log(JSON.stringify({ pid: process.pid, args: process.argv.slice(2), given: process.env.GIVEN }));
  setInterval(() => {}, 1000);
`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lectern-start-'));
  cpSync(scripts, join(root, 'scripts'), { recursive: true });
  mkdirSync(join(root, 'server'));
  writeFileSync(join(root, 'server/main.ts'), server);
  // A checkout without dependencies whose installation is done: what npm would have left behind.
  const packages = { packages: { '': {} } };
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(packages));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify(packages));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function start(...args: string[]) {
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
    cwd: root,
    env: { ...process.env, GIVEN: 'yes' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const said = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
  return { child, said };
}

describe.runIf(process.platform === 'linux')('npm start', () => {
  it('hands arguments and environment on, and answers with the exit status of the server', async () => {
    const { child, said } = start('--lan');
    expect(await said()).toMatchObject({ args: ['--lan'], given: 'yes' });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  it('tells the server once what the terminal and npm say twice', async () => {
    const { child, said } = start();
    await said();
    child.kill('SIGINT');
    expect(await said()).toEqual({ signal: 'SIGINT', count: 1 });
    child.kill('SIGINT');
    child.kill('SIGTERM');
    // A second SIGINT would have been answered with another line before the end.
    expect(await once(child, 'exit')).toEqual([7, null]);
    await expect(said()).rejects.toThrow('not valid JSON');
  });

  it('ends as the server ended when that was by a signal', async () => {
    const { child, said } = start();
    process.kill((await said())['pid'] as number, 'SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  });

  it('leaves no server behind when it is killed outright', async () => {
    const { child, said } = start();
    await said();
    child.kill('SIGKILL');
    // The pipe closes when the last process that holds it has ended: the server.
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  });
});
