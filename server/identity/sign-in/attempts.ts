import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';

const windowMs = 15 * 60_000;
const perWindow = 20;
const kept = 20_000;

/** What this node remembers of failed sign-ins by address, besides the counters of the accounts (`failures.ts`). */
export interface Attempts {
  /** @throws AppError rate_limited when this address has failed on this account too often */
  check(account: string, address: string): void;
  failed(account: string, address: string): void;
  succeeded(account: string, address: string): void;
}

const pair = (account: string, address: string): string => `${address} ${account}`;

/** Failed attempts by account and address, in windows of 15 minutes. Only failures count: a class may share an address. */
export function createAttempts(clock: Clock): Attempts {
  const failures = new Map<string, { count: number; endsAt: number }>();

  function current(key: string): { count: number; endsAt: number } {
    const now = clock.now().getTime();
    const entry = failures.get(key);
    return entry && entry.endsAt > now ? entry : { count: 0, endsAt: now + windowMs };
  }

  return {
    check(account, address) {
      const { count, endsAt } = current(pair(account, address));
      if (count < perWindow) return;
      const wait = Math.ceil((endsAt - clock.now().getTime()) / 1000);
      throw new AppError('rate_limited', { retryAfterSeconds: Math.max(1, wait) });
    },
    failed(account, address) {
      const key = pair(account, address);
      const { count, endsAt } = current(key);
      remember(failures, key, { count: count + 1, endsAt });
    },
    succeeded(account, address) {
      failures.delete(pair(account, address));
    },
  };
}

/** Sets an entry and lets the oldest go when there are too many: an attacker must not fill the memory. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > kept && oldest !== undefined) map.delete(oldest);
}
