import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../server/kernel/db/embedded-postgres.ts';
import { migrate } from '../../server/kernel/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the server's own database, for making and dropping others. */
    databaseServer: string;
    /** Name of the migrated database that tests copy. */
    databaseTemplate: string;
  }
}

interface Shared {
  server: string;
  template: string;
  close: () => Promise<void>;
}

/** One database server and one migrated template per run, however many projects take part. */
const run: { opened?: Promise<Shared>; users: number } = (globalThis.lecternTestDatabase ??= { users: 0 });

declare global {
  // Vitest loads this file once per project, so a variable of the module would not be shared.
  var lecternTestDatabase: typeof run | undefined;
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  run.users += 1;
  const { server, template, close } = await (run.opened ??= open());
  project.provide('databaseServer', server);
  project.provide('databaseTemplate', template);
  return async () => {
    run.users -= 1;
    if (run.users > 0) return;
    // A watching vitest sets up again for its next run.
    run.opened = undefined;
    await close();
  };
}

async function open(): Promise<Shared> {
  const { url, stop } = await cluster();
  try {
    const template = `lectern_template_${process.pid}`;
    await onServer(url, [
      `drop database if exists ${template}`,
      `create database ${template} template template0`,
    ]);
    const target = new URL(url);
    target.pathname = `/${template}`;
    await migrate(target.href);
    const close = async () => {
      await onServer(url, [`drop database if exists ${template} with (force)`]);
      await stop();
    };
    return { server: url, template, close };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function cluster(): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, stop: async () => {} };
  const dataDir = mkdtempSync(join(tmpdir(), 'lectern-tests-'));
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log: () => {},
    durable: false,
    dieWithParent: true,
  });
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function onServer(url: string, statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
