import { AppError } from '../../kernel/errors.ts';

/** Lets a few pieces of work run at once; the others wait in line. */
export interface Gate {
  /** @throws AppError rate_limited when the line is too long to be worth waiting in */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** A gate for `width` at once with a line of at most `line`. */
export function createGate(width: number, line: number): Gate {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function enter(): Promise<void> {
    if (running < width) {
      running += 1;
      return;
    }
    if (waiting.length >= line) throw new AppError('rate_limited', { retryAfterSeconds: 5 });
    // Whoever leaves hands the place over, so that nobody new slips in between.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
