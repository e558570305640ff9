import { fileURLToPath } from 'node:url';
import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';

const folder = fileURLToPath(new URL('../../../migrations', import.meta.url));

/**
 * Brings the database at `url` to the newest schema. Safe to call from several processes at once: they take turns
 * through an advisory lock.
 * @returns the names of the migrations that ran.
 */
export async function migrate(url: string): Promise<string[]> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: {
      path: folder,
      glob: '!(*.d).ts',
      allOrNothing: true,
      snapshot: false,
      disableForeignKeys: false,
    },
    pool: { min: 0, max: 3 },
    logger: () => undefined,
  });
  try {
    // The lock lives on a connection of its own: the migrator's transaction uses another.
    return await orm.em.fork().transactional(async (lock) => {
      await lock.execute('select pg_advisory_xact_lock(7305801)');
      return (await orm.migrator.up()).map((migration) => migration.name);
    });
  } finally {
    await orm.close(true);
  }
}
