/** What somebody is to the person whose profile they look at. */
export interface Nearness {
  isSelf: boolean;
  /** May change the account: who looks after the person's own organization. */
  administers: boolean;
  isGuardian: boolean;
  /** The person shows themselves to them (`visibility`, visibility.ts). */
  isShown: boolean;
}

export type Audience = 'self' | 'administrator' | 'guardian' | 'others';

/** As what somebody sees a profile; null: for them there is nobody. */
export function audienceOf({ isSelf, administers, isGuardian, isShown }: Nearness): Audience | null {
  if (isSelf) return 'self';
  if (administers) return 'administrator';
  if (isGuardian) return 'guardian';
  return isShown ? 'others' : null;
}

/** The day of birth is for the person, their guardians and who looks after the account. */
export const seesBirth = (audience: Audience): boolean => audience !== 'others';

/** Addresses, what happens in an emergency, and what the organization keeps about the person. */
export const seesConfidential = (audience: Audience): boolean =>
  audience === 'self' || audience === 'administrator';
