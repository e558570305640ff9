import type { CourseStanding } from '../../shared/courses/contract.ts';
import type { ParticipantRole } from '../../shared/live/contract.ts';

/** What decides a person's place in a class. */
export interface Standing {
  userId: string;
  /** Landing role of the account: tells an administrator from a moderator among the staff. */
  accountRole: string;
  course: CourseStanding | null;
}

/** Whether a person may know of the class at all. */
export const maySee = (hostId: string, who: Standing): boolean =>
  who.userId === hostId || who.course !== null;

/** The role somebody enters with; null = the class does not exist for them. */
export function roleOf(hostId: string, who: Standing): ParticipantRole | null {
  if (who.userId === hostId || who.course === 'instructor') return 'host';
  if (who.course === 'assistant') return 'co_host';
  if (who.course === 'staff') return who.accountRole === 'moderator' ? 'observer' : 'co_host';
  return who.course === 'learner' ? 'attendee' : null;
}

/** Whether a person may schedule, start, end, reopen or cancel. */
export function mayHost(hostId: string, who: Standing): boolean {
  const role = roleOf(hostId, who);
  return role === 'host' || role === 'co_host';
}
