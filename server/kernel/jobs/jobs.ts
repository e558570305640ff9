import { PgBoss } from 'pg-boss';
import type { Logger } from '../logger.ts';

/** Recurring work, run by one node at a time and caught up with after a restart. */
export interface Jobs {
  /** @param cron five fields, UTC */
  every(name: string, cron: string, work: () => Promise<void>): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Jobs on pg-boss, in a schema of its own in the same database (ADR 0006). */
export function createJobs(options: { url: string; log: Logger }): Jobs {
  const boss = new PgBoss({ connectionString: options.url, schema: 'pgboss', max: 3 });
  const jobs: { name: string; cron: string; work: () => Promise<void> }[] = [];
  boss.on('error', (error) => options.log.error({ err: error }, 'the job queue failed'));
  return {
    every(name, cron, work) {
      jobs.push({ name, cron, work });
    },
    async start() {
      await boss.start();
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
