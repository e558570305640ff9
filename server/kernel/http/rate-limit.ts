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
  /** @throws AppError rate_limited with the seconds to wait and the limit */
  take(key: string): Promise<RateState>;
}

/**
 * Limits over all operations, besides those of each one. Generous: a school shares one address, and a class of thirty
 * reconnects at once.
 */
export const generalLimits = {
  /** Of everybody at one address who is not signed in, or whose token is refused. */
  perAddress: { points: 1200, seconds: 60 },
  /** Of one account with all its devices, and of each API key. */
  perAccount: { points: 1200, seconds: 60 },
  /** Connections to sockets that one address may open. */
  upgradesPerAddress: { points: 1200, seconds: 60 },
} as const;

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
          limit: rate.points,
        });
      }
    },
  };
}

/** Of several limits that a call keeps, the one that will refuse first. */
export const tightest = (a: RateState, b: RateState): RateState => (b.remaining < a.remaining ? b : a);
