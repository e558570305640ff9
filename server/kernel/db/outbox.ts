import type { EntityManager } from '@mikro-orm/postgresql';
import type { Logger } from '../logger.ts';
import type { Database, Transaction } from './database.ts';

/** Something that other features must learn of, written with the change itself. */
export interface OutboxEvent {
  /** `feature.noun.happened` */
  type: string;
  aggregateType: string;
  aggregateId: string;
  organizationId?: string | null;
  payload: Record<string, unknown>;
}

export interface StoredEvent extends OutboxEvent {
  id: string;
}

export interface Outbox {
  /** Writes the event in the caller's transaction; subscribers hear of it after the commit. */
  add(tx: Transaction, event: OutboxEvent): Promise<void>;
  /**
   * At least once, ordered per process; a handler that throws is called again later, with growing delay and up to a hundred
   * times. Each event stands for itself: one that fails holds up no other.
   */
  on(type: string, handler: (event: StoredEvent) => Promise<void>): void;
  /** Forgets events that were delivered so many days ago. @returns how many */
  purge(days: number): Promise<number>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Row {
  id: string;
  organization_id: string | null;
  aggregate_type: string;
  aggregate_id: string;
  event_type: string;
  payload: Record<string, unknown>;
  attempts: number;
}

const pollMs = 5000;
/** With five minutes between the later ones about eight hours; then the event stays where it is, with its last error. */
const maxAttempts = 100;

/** The transactional outbox: events survive a crash between commit and delivery. */
export function createOutbox(db: Database, log: Logger): Outbox {
  const handlers = new Map<string, ((event: StoredEvent) => Promise<void>)[]>();
  let draining: Promise<void> | null = null;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function deliver(em: EntityManager, row: Row): Promise<void> {
    const event: StoredEvent = {
      id: row.id,
      type: row.event_type,
      aggregateType: row.aggregate_type,
      aggregateId: row.aggregate_id,
      organizationId: row.organization_id,
      payload: row.payload,
    };
    try {
      for (const handler of handlers.get(row.event_type) ?? []) await handler(event);
      await em.execute(
        'update outbox_events set published_at = now(), attempts = attempts + 1 where id = ?',
        [row.id],
      );
    } catch (error) {
      log.error({ err: error, event: row.event_type, id: row.id }, 'an outbox handler failed');
      await em.execute(
        `update outbox_events set attempts = attempts + 1, last_error = ?,
           next_attempt_at = case when attempts + 1 >= ? then 'infinity'
             else now() + make_interval(secs => least(300, power(2, least(attempts, 9)))) end
         where id = ?`,
        [String(error).slice(0, 500), maxAttempts, row.id],
      );
    }
  }

  /** One event, in a transaction of its own. @returns whether there was one */
  async function drainOnce(): Promise<boolean> {
    return db.transaction(async ({ em }) => {
      const [row] = await em.execute<Row[]>(
        `select id, organization_id, aggregate_type, aggregate_id, event_type, payload, attempts from outbox_events
         where published_at is null and (next_attempt_at is null or next_attempt_at <= now())
         order by id limit 1 for update skip locked`,
      );
      if (row) await deliver(em, row);
      return row !== undefined;
    });
  }

  async function drain(): Promise<void> {
    do {
      again = false;
      while (!stopped && (await drainOnce()));
    } while (again && !stopped);
  }

  function wake(): void {
    if (stopped) return;
    if (draining) {
      again = true;
      return;
    }
    draining = drain()
      .catch((error: unknown) => log.error({ err: error }, 'the outbox could not be read'))
      .finally(() => {
        draining = null;
        // Woken after the last look.
        if (again) wake();
      });
  }

  return {
    async add(tx, event) {
      await tx.em.execute(
        `insert into outbox_events (organization_id, aggregate_type, aggregate_id, event_type, payload) values (?, ?, ?, ?, ?::jsonb)`,
        [
          event.organizationId ?? null,
          event.aggregateType,
          event.aggregateId,
          event.type,
          JSON.stringify(event.payload),
        ],
      );
      tx.afterCommit(wake);
    },
    on(type, handler) {
      handlers.set(type, [...(handlers.get(type) ?? []), handler]);
    },
    async purge(days) {
      const [row] = await db.em().execute<{ n: number }[]>(
        `with gone as (delete from outbox_events where published_at < now() - make_interval(days => ?) returning 1)
         select count(*)::int as n from gone`,
        [days],
      );
      return row?.n ?? 0;
    },
    async start() {
      timer = setInterval(wake, pollMs);
      timer.unref();
      wake();
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      await draining;
    },
  };
}
