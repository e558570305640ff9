import type { AssignmentInput } from '../../../shared/identity/access.ts';

/** What a right is about, as a form holds it. A class is found by way of its course. */
export interface Place {
  type: 'organization' | 'course' | 'live_session';
  courseId: string | null;
  sessionId: string | null;
}

export const placeTypes = ['organization', 'course', 'live_session'] as const;

export const everywhere: Place = { type: 'organization', courseId: null, sessionId: null };

/** The one thing that is meant; null: the organization itself, or it is not chosen yet. */
const thingOf = ({ type, courseId, sessionId }: Place): string | null =>
  type === 'course' ? courseId : type === 'live_session' ? sessionId : null;

export const isChosen = (place: Place): boolean => place.type === 'organization' || thingOf(place) !== null;

/** As an assignment names it. */
export function contextOf(place: Place): AssignmentInput['context'] {
  const id = thingOf(place);
  return place.type === 'organization' || id === null ? null : { type: place.type, id };
}

/** As the explorer's questions name it. */
export function subjectOf(place: Place): { subjectType: Place['type']; subjectId?: string } {
  const id = thingOf(place);
  return { subjectType: place.type, ...(id === null ? {} : { subjectId: id }) };
}
