// Makes a super administrator in the database that the configuration names, and prints a link to choose a password. It needs
// no mail, and the server may run meanwhile. Takes the same environment as the server.
import { join } from 'node:path';
import { ZodError } from 'zod';
import { auditEntities, createAudit } from '../server/audit/index.ts';
import { filesEntities } from '../server/files/index.ts';
import { identityEntities, makeFirstAdmin } from '../server/identity/index.ts';
import { systemClock } from '../server/kernel/clock.ts';
import { loadConfig } from '../server/kernel/config.ts';
import type { Config } from '../server/kernel/config.ts';
import { createNotices } from '../server/kernel/db/notices.ts';
import { openDatabase } from '../server/kernel/db/database.ts';
import { startEmbeddedPostgres } from '../server/kernel/db/embedded-postgres.ts';
import { places } from '../server/kernel/db/embedded/cluster.ts';
import { databaseUrl } from '../server/kernel/db/embedded/ownership.ts';
import { inspect } from '../server/kernel/db/embedded/postmaster.ts';
import { migrate } from '../server/kernel/db/migrate.ts';
import { randomIds } from '../server/kernel/ids.ts';
import { createLogger } from '../server/kernel/logger.ts';
import { createSecrets } from '../server/kernel/secrets.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The database of a running server, or one that is started for the moment. */
async function database(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.DATABASE_URL) return { url: config.DATABASE_URL, stop: async () => undefined };
  const dataDir = join(config.DATA_DIR, 'postgres');
  const running = inspect(places(dataDir).pgdata);
  if (running.state === 'ready')
    return { url: databaseUrl(dataDir, running.port), stop: async () => undefined };
  return startEmbeddedPostgres({ dataDir, log: () => undefined });
}

async function run(email: string, displayName: string | null): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLogger('error');
  const { url, stop } = await database(config);
  try {
    await migrate(url);
    const db = await openDatabase({
      url,
      entities: [...auditEntities, ...filesEntities, ...identityEntities],
      log,
      poolSize: 3,
    });
    try {
      const deps = { db, clock: systemClock, ids: randomIds, log };
      const audit = createAudit({
        ...deps,
        key: config.auditKey,
        dataDir: config.DATA_DIR,
        authorize: async () => undefined,
        placeOf: async () => null,
      });
      const publicUrl = config.PUBLIC_URL?.replace(/\/$/, '') ?? `http://localhost:${config.PORT}`;
      await db.em().execute('select lectern_ensure_partitions(?)', ['audit_logs']);
      await db.em().execute('select lectern_ensure_partitions(?)', ['audit_log_details']);
      const admin = await makeFirstAdmin(
        {
          ...deps,
          audit,
          config,
          secrets: createSecrets({ pepper: config.tokenPepper, keys: config.dataKeys }),
          publicUrl: () => publicUrl,
          notices: createNotices({ url, log }),
        },
        { email, displayName },
      );
      say(`${admin.displayName} (${admin.code}) is a super administrator: ${admin.made}.`);
      say('To choose a password, open this link within half an hour. It works once:');
      say(`\n${admin.link}\n`);
    } finally {
      await db.close();
    }
  } finally {
    await stop();
  }
}

/** Why it did not work, for whoever typed it. */
function reason(error: unknown): string {
  if (error instanceof ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n');
  return error instanceof Error ? error.message : String(error);
}

const [email, displayName = null, ...rest] = process.argv.slice(2);
if (email === undefined || rest.length > 0) {
  process.stderr.write('Use: npm run admin -- ada@example.org "Ada Lovelace"\n');
  process.exitCode = 1;
} else {
  try {
    await run(email, displayName);
  } catch (error) {
    process.stderr.write(`${reason(error)}\n`);
    process.exitCode = 1;
  }
}
