import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppError } from '../../kernel/errors.ts';
import type { RateState } from '../../kernel/http/rate-limit.ts';

/** Calls that a key may make in each window. */
export interface KeyLimits {
  perMinute: number;
  perHour: number;
  perDay: number;
}

export interface KeyLimiter {
  /**
   * Counts a call.
   * @returns what is left in the window that refuses first
   * @throws AppError rate_limited
   */
  take(keyId: string, limits: KeyLimits): Promise<RateState>;
}

/** Counters of this node. A key has limits of its own, so the limiter only counts, and the limits are compared here. */
export function createKeyLimiter(): KeyLimiter {
  const window = (seconds: number, of: keyof KeyLimits) => ({
    of,
    counter: new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: seconds }),
  });
  // The shortest first: who is refused in a minute does not use up the day.
  const windows = [window(60, 'perMinute'), window(3600, 'perHour'), window(86_400, 'perDay')];
  return {
    async take(keyId, limits) {
      const states: RateState[] = [];
      for (const { of, counter } of windows) {
        const limit = limits[of];
        const { consumedPoints, msBeforeNext } = await counter.consume(keyId);
        const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
        if (consumedPoints > limit)
          throw new AppError('rate_limited', { retryAfterSeconds: resetSeconds, limit });
        states.push({ limit, remaining: limit - consumedPoints, resetSeconds });
      }
      return states.reduce((tightest, one) => (one.remaining < tightest.remaining ? one : tightest));
    },
  };
}
