import { setTimeout as sleep } from 'node:timers/promises';
import type { EntitySchema } from '@mikro-orm/core';
import { IsolationLevel } from '@mikro-orm/core';
import { MikroORM } from '@mikro-orm/postgresql';
import type { EntityManager, MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import type { Logger } from '../logger.ts';
import { PreparingClient } from './prepared.ts';

// The union of what defineEntity makes and what setClass makes of it.
type Entity = EntitySchema | (new () => object);

/** One unit of work. What must only happen when it is stored goes into `afterCommit`. */
export interface Transaction {
  em: EntityManager;
  /**
   * Runs once as the last statements before the commit, in the order of registration: for what takes a lock that everybody
   * needs (the audit chain), so that it is held for a moment only.
   */
  beforeCommit(last: () => Promise<void>): void;
  /** Runs once after the commit, in the order of registration; an error there is logged, never thrown. */
  afterCommit(effect: () => void): void;
}

/** The database as features see it: units of work, and reads that see one moment. */
export interface Database {
  /**
   * Runs `work` in a transaction and commits. Serialization failures and deadlocks are retried up to three times, so
   * `work` must have no effect outside the transaction but through `afterCommit`.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs `work` in a read-only REPEATABLE READ transaction: everything it reads is of one moment. */
  snapshot<T>(work: (em: EntityManager) => Promise<T>): Promise<T>;
  /** A fresh entity manager for single reads. */
  em(): EntityManager;
  /** Throws when the database does not answer within two seconds. */
  ping(): Promise<void>;
  close(): Promise<void>;
  orm: PostgresOrm;
}

const retryable = new Set(['40001', '40P01']);

/**
 * How long this process waits for the database, in milliseconds. A client resends after twelve seconds; by then it should
 * have an answer, also from a database that hangs. The server's own limits come first, so that a late statement has a
 * known outcome: rolled back.
 */
const patience = {
  connectionTimeoutMillis: 5_000,
  lock_timeout: 8_000,
  statement_timeout: 15_000,
  idle_in_transaction_session_timeout: 30_000,
  query_timeout: 20_000,
  keepAlive: true,
};
const pingMs = 2_000;

/** The SQLSTATE of a failed statement, also when MikroORM has wrapped it. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Connects to `url` with the entities of all features. */
export async function openDatabase(options: {
  url: string;
  entities: readonly Entity[];
  log: Logger;
  poolSize?: number;
  /** For tests: shorter waits. */
  waits?: Partial<typeof patience>;
}): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: options.url,
    entities: [...options.entities],
    discovery: { warnWhenNoEntities: false },
    // A required relation to a soft-deleted row must not make the row that points at it vanish.
    filtersOnRelations: false,
    pool: { min: 2, max: options.poolSize ?? 20, idleTimeoutMillis: 60_000 },
    driverOptions: { ...patience, ...options.waits, Client: PreparingClient },
    logger: (message) => options.log.debug({ message }, 'database'),
  });
  return new MikroDatabase(orm, options.log);
}

class MikroDatabase implements Database {
  readonly orm: PostgresOrm;
  readonly #log: Logger;

  constructor(orm: PostgresOrm, log: Logger) {
    this.orm = orm;
    this.#log = log;
  }

  em(): EntityManager {
    return this.orm.em.fork();
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const effects: (() => void)[] = [];
      const last: (() => Promise<void>)[] = [];
      try {
        const result = await this.em().transactional(async (em) => {
          const done = await work({
            em: em as EntityManager,
            beforeCommit: (step) => last.push(step),
            afterCommit: (effect) => effects.push(effect),
          });
          if (last.length > 0) await em.flush();
          for (const step of last) await step();
          return done;
        });
        for (const effect of effects) this.#run(effect);
        return result;
      } catch (error) {
        if (attempt >= 4 || !retryable.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  snapshot<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.em().transactional((em) => work(em as EntityManager), {
      isolationLevel: IsolationLevel.REPEATABLE_READ,
      readOnly: true,
    });
  }

  async ping(): Promise<void> {
    const answered = new AbortController();
    const late = sleep(pingMs, undefined, { signal: answered.signal }).then(() => {
      throw new Error('the database did not answer in time');
    });
    try {
      await Promise.race([this.orm.em.fork().execute('select 1'), late]);
    } finally {
      answered.abort();
      late.catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }

  #run(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      this.#log.error({ err: error }, 'an effect after commit failed');
    }
  }
}
