/**
 * A class that nobody leads. Pure: `now` is passed in, and what is told here stands in the row of the class, so that a
 * restart changes nothing.
 */
export interface Guard {
  /** Since when no host or co-host is in the class; null while one is, or was not expected yet. */
  unledSince?: Date | null;
  /** Since when the class has locked itself; null while it has not. */
  guardedAt?: Date | null;
}

/** Whether a class has locked itself. */
export const isGuarded = ({ guardedAt }: Guard): boolean => guardedAt !== null && guardedAt !== undefined;

/**
 * How a class stands after a look at who is in it.
 * @param seen.led whether a host or co-host is in the class
 * @param seen.leftAt when the last one left; where nobody has yet, since when one is missed
 */
export function guardAfter(
  guard: Guard,
  seen: { led: boolean; leftAt: Date; now: Date; graceSeconds: number },
): { unledSince: Date | null; guardedAt: Date | null } {
  if (seen.led) return { unledSince: null, guardedAt: null };
  const unledSince = guard.unledSince ?? seen.leftAt;
  const due = unledSince.getTime() + seen.graceSeconds * 1000 <= seen.now.getTime();
  return { unledSince, guardedAt: guard.guardedAt ?? (due ? seen.now : null) };
}
