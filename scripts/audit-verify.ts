// Reads DATABASE_URL (else the embedded database in DATA_DIR), LECTERN_AUDIT_KEY (else the key that development keeps there)
// and DATA_DIR/audit-checkpoints.log; prints what it compared. 0: the trail is as it was written; 1: it is not, or could not be read.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { checkpointFile } from '../server/audit/checkpoints.ts';
import { verifyTrail } from '../server/audit/verify.ts';
import type { Query, Verification } from '../server/audit/verify.ts';
import { startEmbeddedPostgres } from '../server/kernel/db/embedded-postgres.ts';

const { env } = process;
const dataDir = resolve(env['DATA_DIR'] || './data');
// A chain that this one took the place of, and why, is for whoever runs this to know.
const { values } = parseArgs({ options: { 'accept-chain': { type: 'string', multiple: true } } });
const accepted = values['accept-chain'] ?? [];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function auditKey(): string {
  if (env['LECTERN_AUDIT_KEY']) return env['LECTERN_AUDIT_KEY'];
  const kept = join(dataDir, 'secrets.json');
  const key = existsSync(kept)
    ? (JSON.parse(readFileSync(kept, 'utf8')) as { auditKey?: string }).auditKey
    : undefined;
  if (!key) throw new Error(`LECTERN_AUDIT_KEY is not set, and ${kept} holds none`);
  return key;
}

/** The database of a running server, or one that is started for the look. */
async function database(): Promise<{ url: string; stop(): Promise<void> }> {
  if (env['DATABASE_URL']) return { url: env['DATABASE_URL'], stop: async () => undefined };
  const cluster = join(dataDir, 'postgres', 'cluster');
  if (!existsSync(cluster))
    throw new Error(`DATABASE_URL is not set, and there is no database in ${dataDir}`);
  const running = join(cluster, 'pgdata', 'postmaster.pid');
  if (existsSync(running)) {
    const port = readFileSync(running, 'utf8').split('\n')[3]?.trim();
    const password = encodeURIComponent(readFileSync(join(cluster, 'password'), 'utf8').trim());
    const url = `postgres://lectern:${password}@127.0.0.1:${port}/lectern`;
    if (await answers(url)) return { url, stop: async () => undefined };
  }
  return startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), log: () => undefined });
}

/** A file that a crash left behind names a server that is gone. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

/** Everything is read as of one moment, also beside a server that goes on writing. */
async function verify(url: string): Promise<Verification> {
  // Before the database: a line that is written meanwhile would be ahead of what is read.
  const path = checkpointFile(dataDir);
  const file = existsSync(path) ? readFileSync(path, 'utf8') : null;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const query: Query = async <T extends object>(text: string, parameters: unknown[] = []) =>
      (await client.query<T & pg.QueryResultRow>(text, parameters)).rows;
    return await verifyTrail({ query, key: auditKey(), file, acceptChains: accepted });
  } finally {
    await client.end();
  }
}

function report(found: Verification): void {
  const { entries, first, last, checkpoints, erased } = found;
  say(entries === 0 ? 'The trail is empty.' : `Entries ${first} to ${last}: ${entries} read.`);
  if (found.retainedFrom > 0) say(`Entries up to ${found.retainedFrom} were dropped because of their age.`);
  say(`Checkpoints compared: ${checkpoints.database} in the database, ${checkpoints.file} in the file.`);
  if (found.foreignLines > 0) say(`Lines of another database in the file, left out: ${found.foreignLines}.`);
  say(`Erased with a person, and signed: values of ${erased.details}, addresses of ${erased.origins}.`);
  for (const problem of found.problems) say(`PROBLEM: ${problem}.`);
  say(found.problems.length === 0 ? 'The trail is as it was written.' : 'The trail was tampered with.');
}

try {
  const { url, stop } = await database();
  try {
    const found = await verify(url);
    report(found);
    process.exitCode = found.problems.length === 0 ? 0 : 1;
  } finally {
    await stop();
  }
} catch (error) {
  process.stderr.write(
    `The trail could not be checked: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
