import type { LiveSessionView } from '../../../shared/live/contract.ts';

/** Minutes before the planned end at which the class is told, for a minute each time. */
const alerts = [1, 5] as const;
export type TimeAlert = (typeof alerts)[number];

/** When the present lesson is to end, in milliseconds; null before it began. */
export function plannedEnd(
  session: Pick<LiveSessionView, 'runningSince' | 'durationMinutes'>,
): number | null {
  if (session.runningSince === null) return null;
  return Date.parse(session.runningSince) + session.durationMinutes * 60_000;
}

/** What is to be said of the planned end at this moment, if anything. */
export function alertAt(end: number | null, now: number): TimeAlert | null {
  if (end === null) return null;
  const left = (end - now) / 60_000;
  return alerts.find((minutes) => left <= minutes && left > minutes - 1) ?? null;
}
