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
