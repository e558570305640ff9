import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddedPostgres } from '../../server/kernel/db/embedded-postgres.ts';

const fixture = fileURLToPath(new URL('./fixtures/owner.ts', import.meta.url));
const quiet = () => {};
const isRoot = process.getuid?.() === 0;

interface Said {
  /** Empty when it was refused. */
  url: string;
  attached?: boolean;
  code?: string;
  hint?: string;
}

let dataDir: string;
let children: ChildProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lectern-pg-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    // Asked one by one: a refused owner may end by itself while another one is waited for.
    if (!isRunning(child)) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const left = postmasterPid();
  if (left !== undefined && serversOf().includes(left)) process.kill(left, 'SIGQUIT');
  await gone();
  rmSync(dataDir, { recursive: true, force: true });
});

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** Starts an owner in a process of its own and waits for what it says. */
async function owner(env: NodeJS.ProcessEnv = {}): Promise<Said & { child: ChildProcess }> {
  const child = spawn(process.execPath, [fixture, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, url: '', ...(JSON.parse(line) as Partial<Said>) };
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function postmasterPid(): number | undefined {
  const file = join(dataDir, 'cluster/pgdata/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** Every process that works in the data directory: the server and its helpers. */
function serversOf(directory = dataDir): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readlinkSync(`/proc/${name}/cwd`).startsWith(directory);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const gone = () => vi.waitFor(() => expect(serversOf()).toEqual([]), { timeout: 10_000, interval: 10 });

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client
    .query<Record<string, unknown>>(sql)
    .then((result) => result.rows)
    .finally(() => client.end());
}

describe.runIf(process.platform === 'linux')('the embedded PostgreSQL', { timeout: 60_000 }, () => {
  it('makes the database at the first start, in UTF-8 and with an order that no locale changes', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir, log: quiet });
    try {
      expect(postgres.attached).toBe(false);
      const [row] = await query(
        postgres.url,
        `select current_database() as name, pg_encoding_to_char(encoding) as encoding, datlocprovider as provider,
                datlocale as locale, current_setting('fsync') as fsync
           from pg_database where datname = current_database()`,
      );
      expect(row).toEqual({
        name: 'lectern',
        encoding: 'UTF8',
        provider: 'b',
        locale: 'C.UTF-8',
        fsync: 'on',
      });
      expect(statSync(join(dataDir, 'cluster/password')).mode & 0o777).toBe(0o600);
    } finally {
      await postgres.stop();
    }
    expect(serversOf()).toEqual([]);
  });

  it('asks for the password', async () => {
    const { url } = await owner();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('attaches to the server that a killed owner left behind, with its data', async () => {
    const first = await owner();
    await query(first.url, 'create table kept as select 42 as answer');
    const server = postmasterPid();
    await killed(first.child);

    const second = await owner();
    expect(second).toMatchObject({ attached: true, url: first.url });
    expect(postmasterPid()).toBe(server);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('keeps the data over an orderly stop and leaves no process', async () => {
    const first = await owner();
    await query(first.url, 'create table kept as select 42 as answer');
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
    expect(serversOf()).toEqual([]);

    const second = await owner();
    expect(second.attached).toBe(false);
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('refuses a second owner with a hint, and the first goes on', async () => {
    const first = await owner();
    const second = await owner();
    expect(second).toMatchObject({ code: 'data_dir_in_use', hint: expect.stringContaining('DATA_DIR') });
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('hands over to a successor that starts while the owner is leaving', async () => {
    const first = await owner();
    const successor = owner();
    // The successor is known to wait when a second session stands in line for the lock.
    await vi.waitFor(async () => {
      const waiting = await query(
        first.url,
        "select 1 from pg_locks where locktype = 'advisory' and not granted",
      );
      expect(waiting).toHaveLength(1);
    }, 4000);
    first.child.kill('SIGTERM');
    const second = await successor;
    expect(second.code).toBeUndefined();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('lets exactly one of three processes racing on an empty directory through', async () => {
    const said = await Promise.all([owner(), owner(), owner()]);
    expect(said.filter((one) => one.url)).toHaveLength(1);
    expect(said.filter((one) => one.code === 'data_dir_in_use')).toHaveLength(2);
    expect(readdirSync(dataDir).toSorted()).toEqual(['cluster', 'postgres.log']);
    const winner = said.find((one) => one.url);
    expect(await query(winner?.url ?? '', 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('brings a server that died back under the same address', async () => {
    const { url } = await owner();
    const before = postmasterPid() ?? 0;
    process.kill(before, 'SIGKILL');
    await vi.waitFor(async () => expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]), 20_000);
    expect(postmasterPid()).not.toBe(before);
  });

  it('waits for space when the disk is full as it comes back, however long, and gives up on anything else', async () => {
    const { url, child } = await owner();
    const options = join(dataDir, 'cluster/pgdata/postmaster.opts');
    const attempts = () =>
      readFileSync(join(dataDir, 'postgres.log'), 'utf8').split('No space left on device').length - 1;
    // A real ENOSPC from the first file that a starting server writes.
    rmSync(options);
    symlinkSync('/dev/full', options);
    process.kill(postmasterPid() ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(attempts()).toBeGreaterThan(3), { timeout: 30_000, interval: 50 });
    expect(isRunning(child)).toBe(true);
    rmSync(options);
    await vi.waitFor(async () => expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]), 20_000);

    rmSync(options);
    mkdirSync(options);
    process.kill(postmasterPid() ?? 0, 'SIGKILL');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  it('starts although postmaster.pid names a process that is something else now', async () => {
    const first = await owner();
    const file = join(dataDir, 'cluster/pgdata/postmaster.pid');
    const content = readFileSync(file, 'utf8');
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    writeFileSync(file, content.replace(/^\d+/, String(process.pid)));
    expect((await owner()).attached).toBe(false);
  });

  it.runIf(isRoot)('steps down to an account where user namespaces are forbidden, and back', async () => {
    const first = await owner({ LECTERN_NO_USER_NAMESPACE: '1' });
    expect(first.code).toBeUndefined();
    expect(statSync(`/proc/${postmasterPid()}`).uid).not.toBe(0);
    await query(first.url, 'create table kept as select 42 as answer');
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');

    const second = await owner();
    expect(await query(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('says what is wrong with a data directory that cannot be one', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    await expect(
      startEmbeddedPostgres({ dataDir: join(file, 'postgres'), log: quiet }),
    ).rejects.toMatchObject({
      code: 'data_dir_unusable',
      hint: expect.stringContaining('DATA_DIR'),
    });
  });
});
