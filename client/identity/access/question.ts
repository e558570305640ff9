import type { Permission } from '../../../shared/identity/permissions.ts';
import { isPermission } from './permission-areas.ts';
import { placeTypes } from './place.ts';
import type { Place } from './place.ts';

/** What the explorer is asked; all of it is in the address. */
export interface Question {
  permission: Permission | null;
  place: Place;
  personId: string | null;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads the address. Whatever somebody wrote there by hand and makes no sense counts as not asked. */
export function questionFrom(search: URLSearchParams): Question {
  const id = (name: string): string | null => {
    const text = search.get(name);
    return text !== null && uuid.test(text) ? text : null;
  };
  const permission = search.get('permission');
  return {
    permission: isPermission(permission) ? permission : null,
    place: {
      type: placeTypes.find((type) => type === search.get('in')) ?? 'organization',
      courseId: id('course'),
      sessionId: id('class'),
    },
    personId: id('person'),
  };
}

/** Writes the address: only what is asked for. */
export function searchOf({ permission, place, personId }: Question): URLSearchParams {
  const { type, courseId, sessionId } = place;
  const parts: [string, string | null][] = [
    ['permission', permission],
    ['in', type === 'organization' ? null : type],
    ['course', type === 'organization' ? null : courseId],
    ['class', type === 'live_session' ? sessionId : null],
    ['person', personId],
  ];
  return new URLSearchParams(parts.filter((part): part is [string, string] => part[1] !== null));
}
