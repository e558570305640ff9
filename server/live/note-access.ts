import type { LiveDeps } from './deps.ts';
import { maySee, mayHost } from './live.policy.ts';
import { classOfNote } from './live.repository.ts';
import { LiveSession } from './live-session.entity.ts';
import { Participant } from './participant.entity.ts';

/**
 * The shared note of a class: written by those who are in it while it runs, and by its hosts until it ends; read by
 * everybody of the course, also after the class. null = there is no such note for this person.
 */
export async function noteAccessOf(
  deps: LiveDeps,
  userId: string,
  documentId: string,
): Promise<'none' | 'view' | 'edit' | null> {
  const em = deps.db.em();
  const asked = await classOfNote(em, documentId, userId);
  const session = asked && (await em.findOne(LiveSession, { id: asked.sessionId }));
  if (!session) return null;
  const course = session.courseId ? await deps.courses.standing(em, userId, session.courseId) : null;
  const standing = { userId, accountRole: asked.accountRole, course };
  if (!maySee(session.hostId, standing)) return null;
  if (mayHost(session.hostId, standing))
    return session.status === 'live' || session.status === 'scheduled' ? 'edit' : 'view';
  if (session.status !== 'live') return 'view';
  const participant = await em.findOne(Participant, { sessionId: session.id, userId });
  if (participant?.admission === 'removed' || participant?.admission === 'denied') return 'none';
  return participant?.role === 'attendee' || participant?.role === 'presenter' ? 'edit' : 'view';
}
