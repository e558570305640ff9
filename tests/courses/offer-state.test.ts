import { expect, it } from 'vitest';
import { offerState } from '../../client/courses/offer-state.ts';

const now = Date.parse('2026-03-02T09:00:00Z');
const offer = { mine: null, entry: 'open', placesLeft: null, rejection: null } as const;
const declined = (askAgainAt: string) =>
  ({ mine: 'rejected', rejection: { reason: null, askAgainAt } }) as const;

it.each([
  ['is entered', {}, 'enroll'],
  ['is entered while there is a place', { placesLeft: 1 }, 'enroll'],
  ['is full', { placesLeft: 0 }, 'full'],
  ['is asked for', { entry: 'approval' }, 'ask'],
  ['is asked for though it is full: somebody may leave', { entry: 'approval', placesLeft: 0 }, 'ask'],
  ['is closed', { entry: null }, 'closed'],
  ['is one’s own', { mine: 'enrolled', placesLeft: 0 }, 'open'],
  ['is one’s own, and offered to nobody', { mine: 'enrolled', entry: null }, 'open'],
  ['is taught', { mine: 'teaching' }, 'teaching'],
  ['is waited for', { mine: 'pending', entry: 'approval' }, 'pending'],
  ['is lost', { mine: 'refused' }, 'refused'],
  ['was declined', { entry: 'approval', ...declined('2026-03-02T09:00:01Z') }, 'wait'],
  ['was declined a week ago', { entry: 'approval', ...declined('2026-03-02T09:00:00Z') }, 'ask'],
  [
    'was declined, and is offered to nobody now',
    { entry: null, ...declined('2026-03-02T09:00:01Z') },
    'closed',
  ],
] as const)('a course that %s', (_, over, state) => {
  expect(offerState({ ...offer, ...over }, now)).toBe(state);
});
