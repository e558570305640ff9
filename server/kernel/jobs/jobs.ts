import { PgBoss } from 'pg-boss';
import type { Transaction } from '../db/database.ts';
import type { Logger } from '../logger.ts';

/** Recurring work, run by one node at a time and caught up with after a restart. */
export interface Jobs {
  /** @param cron five fields, UTC */
  every(name: string, cron: string, work: () => Promise<void>): void;
  /** Work that is asked for with `send`: at least once, tried again with growing pauses, one piece at a time per node. */
  queue<T extends object>(name: string, work: (data: T) => Promise<void>): void;
  /** Asks for work in the caller's transaction: it is done after the commit, or never. */
  send(tx: Transaction, name: string, data: object): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Jobs on pg-boss, in a schema of its own in the same database (ADR 0006). */
export function createJobs(options: { url: string; log: Logger }): Jobs {
  const boss = new PgBoss({ connectionString: options.url, schema: 'pgboss', max: 3 });
  const jobs: { name: string; cron: string; work: () => Promise<void> }[] = [];
  const queues = new Map<string, { work: (data: object) => Promise<void>; worker?: string }>();
  boss.on('error', (error) => options.log.error({ err: error }, 'the job queue failed'));
  return {
    every(name, cron, work) {
      jobs.push({ name, cron, work });
    },
    queue(name, work) {
      queues.set(name, { work: work as (data: object) => Promise<void> });
    },
    async send(tx, name, data) {
      const db = {
        executeSql: async (text: string, values?: unknown[]) => {
          const connection = tx.em.getConnection();
          const { sql, params } = positional(text, values ?? []);
          return { rows: await connection.execute(sql, params, 'all', tx.em.getTransactionContext()) };
        },
      };
      await boss.send(name, data, { db: db as never });
      const worker = queues.get(name)?.worker;
      if (worker) tx.afterCommit(() => boss.notifyWorker(worker));
    },
    async start() {
      await boss.start();
      for (const [name, queue] of queues) {
        await boss.createQueue(name, {
          retryLimit: 10,
          retryDelay: 5,
          retryBackoff: true,
          retryDelayMax: 3600,
        });
        queue.worker = await boss.work(name, { pollingIntervalSeconds: 2, batchSize: 1 }, async (batch) => {
          for (const job of batch) await queue.work(job.data as object);
        });
      }
      for (const job of jobs) {
        await boss.createQueue(job.name);
        await boss.work(job.name, { pollingIntervalSeconds: 5 }, async () => {
          await job.work();
        });
        await boss.schedule(job.name, job.cron, {}, { singletonSeconds: 30, missed: 'once' });
      }
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 3000 });
    },
  };
}

/** pg-boss numbers its parameters, MikroORM's connection takes question marks in order. */
function positional(text: string, values: readonly unknown[]): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const sql = text.replaceAll(/\$(\d+)/g, (_, number: string) => {
    params.push(values[Number(number) - 1]);
    return '?';
  });
  return { sql, params };
}
