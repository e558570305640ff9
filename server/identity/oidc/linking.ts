import type { Profile } from './profile.ts';

/** What is known about a profile that nobody has used here before. */
export interface LinkingFacts {
  profile: Pick<Profile, 'email' | 'emailVerified'>;
  /** The account with that e-mail address. */
  account: { userId: string; emailVerified: boolean } | null;
  registrationOpen: boolean;
}

export type LinkingDecision =
  | { kind: 'link'; userId: string }
  | { kind: 'create' }
  | { kind: 'refuse'; code: 'identity_unverified' | 'identity_in_use' | 'registration_closed' };

/**
 * What becomes of an identity that is new here. An address joins it to an account only where both sides have proved it:
 * the provider might take any address, and somebody might have registered here with an address that is not theirs.
 * Without an address that the provider vouches for there is neither an account to join nor a new one, which needs an address;
 * that is answered without a look at the accounts, so that the answer does not tell who has one.
 */
export function decideLinking({ profile, account, registrationOpen }: LinkingFacts): LinkingDecision {
  if (profile.email === null || !profile.emailVerified)
    return { kind: 'refuse', code: 'identity_unverified' };
  if (account)
    return account.emailVerified
      ? { kind: 'link', userId: account.userId }
      : { kind: 'refuse', code: 'identity_in_use' };
  return registrationOpen ? { kind: 'create' } : { kind: 'refuse', code: 'registration_closed' };
}
