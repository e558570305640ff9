import type { SessionStatus } from '../../shared/live/contract.ts';
import { AppError } from '../kernel/errors.ts';

/** What a host may do with a class as a whole. */
export type Transition = 'start' | 'end' | 'reopen' | 'cancel';

const next: Record<Transition, Partial<Record<SessionStatus, SessionStatus>>> = {
  // Starting and reopening a class that runs already is a success: two hosts press at the same moment.
  start: { scheduled: 'live', live: 'live' },
  reopen: { ended: 'live', live: 'live' },
  end: { live: 'ended' },
  cancel: { scheduled: 'cancelled', cancelled: 'cancelled' },
};

/**
 * The state a class is in after a transition.
 * @throws AppError session_cancelled, session_not_live, conflict for a transition its state does not allow
 */
export function transition(status: SessionStatus, action: Transition): SessionStatus {
  const result = next[action][status];
  if (result) return result;
  if (status === 'cancelled') throw new AppError('session_cancelled');
  if (action === 'end') throw new AppError('session_not_live', { status });
  throw new AppError('conflict', { status });
}

/** Whether guests may still be asked into a class, or come with its code. */
export const takesGuests = (status: SessionStatus): boolean => status === 'scheduled' || status === 'live';

/** When a class started, and when its present lesson began where that was later. */
export interface Run {
  startedAt?: Date | null;
  resumedAt?: Date | null;
  durationMinutes: number;
}

/** When the present lesson of a class began; null before the first one. */
export const runningSince = ({ startedAt, resumedAt }: Pick<Run, 'startedAt' | 'resumedAt'>): Date | null =>
  resumedAt ?? startedAt ?? null;

/**
 * When the lesson began that a reopening at `now` goes on with. Within the planned time that is the old one, as after an
 * end by mistake; later a new one of the same length begins.
 */
export function resumptionOf(run: Run, now: Date): Date | null {
  const began = runningSince(run);
  if (began === null) return null;
  return now.getTime() < began.getTime() + run.durationMinutes * 60_000 ? (run.resumedAt ?? null) : now;
}
