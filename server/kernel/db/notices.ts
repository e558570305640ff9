import pg from 'pg';
import type { Transaction } from './database.ts';
import type { Logger } from '../logger.ts';

/** Short messages to every node of the installation, sent with the commit of the change they tell of (LISTEN and NOTIFY). */
export interface Notices {
  /** In the caller's transaction; every node, this one too, hears after the commit. The payload stays below 8000 bytes. */
  send(tx: Transaction, topic: string, payload: object): Promise<void>;
  on(topic: string, handler: (payload: unknown) => void): void;
  /** Called after the connection was lost and is back: what was said meanwhile was not heard. */
  onGap(handler: () => void): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const channel = 'lectern';

export function createNotices(options: { url: string; log: Logger }): Notices {
  const handlers = new Map<string, ((payload: unknown) => void)[]>();
  const gapHandlers: (() => void)[] = [];
  let client: pg.Client | null = null;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;

  function hear(text: string | undefined): void {
    try {
      const { topic, payload } = JSON.parse(text ?? '') as { topic: string; payload: unknown };
      for (const handler of handlers.get(topic) ?? []) handler(payload);
    } catch (error) {
      options.log.error({ err: error }, 'a notice could not be handled');
    }
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: options.url, keepAlive: true });
    next.on('notification', (message) => hear(message.payload));
    next.on('error', () => undefined);
    next.on('end', () => lost(next));
    await next.connect();
    await next.query(`listen ${channel}`);
    client = next;
  }

  function lost(which: pg.Client): void {
    if (stopped || client !== which) return;
    client = null;
    options.log.warn('notices are interrupted');
    again();
  }

  function again(): void {
    retry = setTimeout(() => {
      connect().then(
        () => gapHandlers.forEach((handler) => handler()),
        () => again(),
      );
    }, 500);
    retry.unref();
  }

  return {
    async send(tx, topic, payload) {
      await tx.em.execute('select pg_notify(?, ?)', [channel, JSON.stringify({ topic, payload })]);
    },
    on(topic, handler) {
      handlers.set(topic, [...(handlers.get(topic) ?? []), handler]);
    },
    onGap: (handler) => void gapHandlers.push(handler),
    start: connect,
    async stop() {
      stopped = true;
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    },
  };
}
