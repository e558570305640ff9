const minute = 60_000;
const day = 24 * 60 * minute;

/** `auth.max_failed_attempts` and `auth.lockout_minutes` of the settings catalogue. */
export const lockoutRules = { attempts: 5, minutes: 15 };

/** The counters of one account, as `users` keeps them. */
export interface Lockout {
  /** Wrong passwords since the last right one; goes on counting through lockouts, so that it knows how many there were. */
  failures: number;
  /** End of the last lockout, in the past or to come. */
  lockedUntil: Date | null;
}

export const noLockout: Lockout = { failures: 0, lockedUntil: null };

/** Until when the account is locked; null when it is not. */
export function lockedUntil(lockout: Lockout, now: Date): Date | null {
  return lockout.lockedUntil !== null && lockout.lockedUntil > now ? lockout.lockedUntil : null;
}

/**
 * The counters after one more wrong password. Every fifth locks the account: for 15 minutes at first, then twice as
 * long each time, a day at most. A day of peace after a lockout begins the count anew.
 */
export function afterFailure(lockout: Lockout, now: Date): Lockout {
  const calm = lockout.lockedUntil !== null && now.getTime() - lockout.lockedUntil.getTime() >= day;
  const failures = (calm ? 0 : lockout.failures) + 1;
  if (failures % lockoutRules.attempts !== 0)
    return { failures, lockedUntil: calm ? null : lockout.lockedUntil };
  const lockouts = failures / lockoutRules.attempts;
  const length = Math.min(day, lockoutRules.minutes * minute * 2 ** (lockouts - 1));
  return { failures, lockedUntil: new Date(now.getTime() + length) };
}
