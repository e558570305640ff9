import type { PersonDetailView } from '../../../shared/identity/people.ts';

/** Levels of two people in one organization. */
export interface Levels {
  organizationId: string;
  mine: number;
  theirs: number;
}

/** From this level on somebody has power over others there, which must not be taken over through another organization. */
const power = 40;

/**
 * Why an account is not the caller's to change; null when it is. The organization that is somebody's primary one looks after
 * their account, and nobody touches who is above them. With an account one gets everything that its owner may do elsewhere
 * too: so the same holds in their other organizations, wherever they have a say.
 */
export function handsOff(
  isPrimary: boolean,
  here: Levels,
  elsewhere: readonly Levels[],
): PersonDetailView['handsOff'] {
  if (!isPrimary) return 'other_organization';
  if (here.theirs > here.mine) return 'higher_level';
  return elsewhere.some(({ mine, theirs }) => theirs >= power && theirs > mine) ? 'higher_level' : null;
}
