import type { ProfileChanges, ProfileView } from '../../../shared/identity/accounts.ts';

/** The fields of the form that are plain texts. */
export const textFields = [
  'displayName',
  'firstName',
  'middleName',
  'lastName',
  'username',
  'bio',
  'jobTitle',
  'location',
  'alternatePhone',
  'addressLine1',
  'addressLine2',
  'postalCode',
  'city',
  'stateProvince',
  'country',
  'emergencyContactName',
  'emergencyContactPhone',
  'emergencyContactRelationship',
] as const;
export type TextField = (typeof textFields)[number];

/** What the form holds: texts, also of what is a list or a link. */
export type ProfileDraft = Record<TextField | 'skills' | 'website' | 'dateOfBirth', string> & {
  gender: ProfileView['gender'] | '';
  visibility: ProfileView['visibility'];
};

export function draftOf(profile: ProfileView): ProfileDraft {
  const texts = Object.fromEntries(textFields.map((name) => [name, profile[name] ?? '']));
  return {
    ...(texts as Record<TextField, string>),
    skills: profile.skills.join(', '),
    website: profile.socialLinks['website'] ?? '',
    dateOfBirth: profile.dateOfBirth ?? '',
    gender: profile.gender ?? '',
    visibility: profile.visibility,
  };
}

/** Only what was changed: what somebody else changed meanwhile stays. */
export function changesOf(profile: ProfileView, draft: ProfileDraft): ProfileChanges {
  const before = draftOf(profile);
  const changed = (name: keyof ProfileDraft): boolean => draft[name] !== before[name];
  const { website: _website, ...links } = profile.socialLinks;
  return {
    ...(Object.fromEntries(
      textFields.filter(changed).map((name) => [name, draft[name].trim()]),
    ) as ProfileChanges),
    ...(changed('skills')
      ? {
          skills: draft.skills
            .split(',')
            .map((one) => one.trim())
            .filter(Boolean),
        }
      : {}),
    ...(changed('website')
      ? { socialLinks: { ...links, ...(draft.website.trim() ? { website: draft.website.trim() } : {}) } }
      : {}),
    ...(changed('dateOfBirth') ? { dateOfBirth: draft.dateOfBirth || null } : {}),
    ...(changed('gender') ? { gender: draft.gender || null } : {}),
    ...(changed('visibility') ? { visibility: draft.visibility } : {}),
  };
}
