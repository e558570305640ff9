import type { ParticipantRole } from '../../shared/live/contract.ts';
import type { Permission } from '../../shared/identity/permissions.ts';
import type { Rights } from '../identity/index.ts';

/** What is asked about a class, always at once: who may know of it, be in it, lead it, and what they may do with its note. */
export const classAsks = [
  'live.join',
  'live.host',
  'live.manage',
  'course.read',
  'note.read',
  'note.edit',
  'note.manage',
] as const satisfies readonly Permission[];

/** What somebody may do in a class, as far as its rules ask. */
export type Standing = Pick<Rights, 'may' | 'decision' | 'relations'>;

/** Whether a person may know of the class at all. */
export const maySee = (who: Standing): boolean =>
  who.may('course.read') || who.may('live.join') || who.may('live.host') || who.may('live.manage');

/** The role somebody enters with; null = they may not come in. */
export function roleOf(who: Standing): ParticipantRole | null {
  const leads = who.relations.includes('live_session.host') || who.relations.includes('course.instructor');
  if (who.may('live.host')) return leads ? 'host' : 'co_host';
  const { allowed, reason } = who.decision('live.join');
  if (!allowed) return null;
  // Who may come in by an office and leads nothing looks on; who learns here, or was asked in, takes part.
  return reason.kind === 'role' && !who.relations.includes('live_session.guest') ? 'observer' : 'attendee';
}

/** Whether a person may start, end and reopen. */
export const mayHost = (who: Standing): boolean => who.may('live.host');

/** Whether somebody is here by an invitation or a code, and sees nothing else of the course. */
export const isGuest = (who: Standing): boolean =>
  who.relations.includes('live_session.guest') && !who.may('course.read');

/** Whether a person may schedule and cancel, and ask guests in. */
export const mayManage = (who: Standing): boolean => who.may('live.manage');
