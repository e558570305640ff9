import type { Logger } from './logger.ts';

interface Part {
  name: string;
  start?: () => Promise<void>;
  stop?: () => Promise<void>;
  /** How long `stop` may take; 8 s unless told. */
  limitMs?: number;
}

/** Starts parts in the order they were added and stops them in reverse, each with a time limit of its own. */
export class Lifecycle {
  readonly #parts: Part[] = [];
  readonly #started: Part[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(part: Part): void {
    this.#parts.push(part);
  }

  /** When a part fails to start, those already started are stopped before the error is rethrown. */
  async start(): Promise<void> {
    for (const part of this.#parts) {
      try {
        await part.start?.();
        this.#started.push(part);
      } catch (error) {
        await this.stop();
        throw error;
      }
    }
  }

  /** Never throws: a part that fails or hangs is logged and the rest still stops. */
  async stop(): Promise<void> {
    for (let part = this.#started.pop(); part; part = this.#started.pop()) {
      if (!part.stop) continue;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('did not stop in time')), part.limitMs ?? 8000);
      });
      try {
        await Promise.race([part.stop(), late]);
      } catch (error) {
        this.#log.error({ part: part.name, err: error }, 'a part did not stop cleanly');
      } finally {
        clearTimeout(timer);
      }
    }
  }
}
