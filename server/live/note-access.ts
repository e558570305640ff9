import type { LiveDeps } from './deps.ts';
import { classAsks, maySee } from './live.policy.ts';
import { classOfNote } from './live.repository.ts';

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
  const rights = await deps.access.rights(em, { userId }, classAsks, { type: 'note', id: documentId });
  if (!rights || !(maySee(rights) || rights.may('note.read'))) return null;
  if (!rights.may('note.read')) return 'none';
  const found = await classOfNote(em, documentId, userId);
  if (!found) return null;
  if (rights.may('note.manage'))
    return found.status === 'live' || found.status === 'scheduled' ? 'edit' : 'view';
  if (found.status !== 'live') return 'view';
  if (found.admission === 'removed' || found.admission === 'denied') return 'none';
  return rights.may('note.edit') ? 'edit' : 'view';
}
