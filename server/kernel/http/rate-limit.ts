import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../errors.ts';

/** What is left, for the RateLimit headers. */
export interface RateState {
  limit: number;
  remaining: number;
  resetSeconds: number;
}

/** Counts calls per key in a window. */
export interface RateLimiter {
  /** @throws AppError rate_limited with the seconds to wait */
  take(key: string): Promise<RateState>;
}

/**
 * Counters of this node. They guard against floods, not against quotas, so they need not survive a restart.
 */
export function createRateLimiter(rate: { points: number; seconds: number }): RateLimiter {
  const limiter = new RateLimiterMemory({ points: rate.points, duration: rate.seconds });
  return {
    async take(key) {
      try {
        const result = await limiter.consume(key);
        return {
          limit: rate.points,
          remaining: result.remainingPoints,
          resetSeconds: Math.ceil(result.msBeforeNext / 1000),
        };
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        throw new AppError('rate_limited', {
          retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1000)),
        });
      }
    },
  };
}
