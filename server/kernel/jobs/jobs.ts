import { PgBoss } from 'pg-boss';
import type { Transaction } from '../db/database.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Recurring work, run by one node at a time and caught up with after a restart. */
export interface Jobs {
  /** @param cron five fields, UTC */
  every(name: string, cron: string, work: () => Promise<void>): void;
  /** Work that is asked for with `send`: at least once, tried again with growing pauses, one piece at a time per node. */
  queue<T extends object>(name: string, work: (data: T) => Promise<void>): void;
  /** Asks for work in the caller's transaction: it is done after the commit, or never. Works before `start` too. */
  send(tx: Transaction, name: string, data: object): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How often it is looked for work whose node has died. */
const lookSeconds = 10;

/**
 * Jobs on pg-boss, in a schema of its own in the same database (ADR 0006).
 * @param options.retryDelaySeconds first pause of work that failed, doubled each time up to an hour; 5 unless told
 */
export function createJobs(options: { url: string; log: Logger; retryDelaySeconds?: number }): Jobs {
  const boss = new PgBoss({
    connectionString: options.url,
    schema: 'pgboss',
    max: 3,
    superviseIntervalSeconds: lookSeconds,
    monitorIntervalSeconds: lookSeconds,
  });
  const jobs: { name: string; cron: string; work: () => Promise<void> }[] = [];
  const queues = new Map<string, { work: (data: object) => Promise<void>; worker?: string }>();
  boss.on('error', (error) => options.log.error({ err: error }, 'the job queue failed'));
  const made = new Map<string, Promise<void>>();
  let stopped = false;

  /** Makes a queue once; also for whoever sends before `start`, as the demo school does. */
  function ensureQueue(name: string): Promise<void> {
    const known = made.get(name);
    if (known) return known;
    const settings = {
      retryLimit: 10,
      retryDelay: options.retryDelaySeconds ?? 5,
      retryBackoff: true,
      retryDelayMax: 3600,
      // What a killed node was at is begun again within half a minute, not after the quarter of an hour that work may take.
      heartbeatSeconds: 10,
      // Jobs hold sealed messages to people: what is done is forgotten soon.
      deleteAfterSeconds: 3600,
    };
    const making = boss.start().then(async () => {
      await boss.createQueue(name, settings);
      // One that an earlier version made.
      await boss.updateQueue(name, settings);
    });
    made.set(name, making);
    // Whoever asks next tries again.
    making.catch(() => made.delete(name));
    return making;
  }

  return {
    every(name, cron, work) {
      jobs.push({ name, cron, work });
    },
    queue(name, work) {
      queues.set(name, { work: work as (data: object) => Promise<void> });
    },
    async send(tx, name, data) {
      // A start after the end would open the queue's connections anew.
      if (stopped) throw new AppError('unavailable');
      await ensureQueue(name);
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
        await ensureQueue(name);
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
      stopped = true;
      await boss.stop({ graceful: true, timeout: 3000 });
    },
  };
}

/** pg-boss numbers its parameters, MikroORM's connection takes question marks in order. */
function positional(text: string, values: readonly unknown[]): { sql: string; params: unknown[] } {
  const params: unknown[] = [];
  const sql = text.replaceAll('?', '\\?').replaceAll(/\$(\d+)/g, (_, number: string) => {
    params.push(values[Number(number) - 1]);
    return '?';
  });
  return { sql, params };
}
