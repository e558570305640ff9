import type { LiveSessionView } from '../../shared/live/contract.ts';

const rank = { live: 0, scheduled: 1, ended: 2, cancelled: 3 } as const;

/** Running first, then what comes next, then what is over. */
export function byUrgency<T extends LiveSessionView>(classes: readonly T[]): T[] {
  return classes.toSorted(
    (a, b) => rank[a.status] - rank[b.status] || Date.parse(a.scheduledAt) - Date.parse(b.scheduledAt),
  );
}

/** The three lists of a course's page: the next one first ahead of now, the latest first behind. */
export function byPhase(
  classes: readonly LiveSessionView[],
): Record<'running' | 'upcoming' | 'past', LiveSessionView[]> {
  const ordered = byUrgency(classes);
  return {
    running: ordered.filter((one) => one.status === 'live'),
    upcoming: ordered.filter((one) => one.status === 'scheduled'),
    past: ordered
      .filter((one) => one.status === 'ended' || one.status === 'cancelled')
      .toSorted((a, b) => Date.parse(b.scheduledAt) - Date.parse(a.scheduledAt)),
  };
}
