import { genders, visibilities } from '../../../shared/identity/accounts.ts';
import { roleSlug } from '../../../shared/identity/contract.ts';
import type { InterestView, PersonProfileView } from '../../../shared/identity/profiles.ts';
import { seesBirth, seesConfidential } from './profiles.policy.ts';
import type { Audience } from './profiles.policy.ts';
import type { PersonProfileRow } from './profiles.repository.ts';

const one = <T extends string>(known: readonly T[], value: string | null): T | null =>
  known.find((candidate) => candidate === value) ?? null;

/** A profile as one audience sees it. */
export const presentPersonProfile = (
  row: PersonProfileRow,
  audience: Audience,
  interests: readonly InterestView[],
): PersonProfileView => ({
  id: row.id,
  displayName: row.display_name,
  firstName: row.first_name,
  lastName: row.last_name,
  avatarUrl: row.avatar_url,
  role: roleSlug.parse(row.role),
  bio: row.bio,
  skills: row.skills ?? [],
  interests: interests.map(({ name }) => name),
  socialLinks: row.social_links ?? {},
  location: row.location,
  country: row.country,
  timezone: row.timezone,
  jobTitle: row.job_title,
  department: row.is_colleague || seesConfidential(audience) ? row.department : null,
  followersCount: row.followers_count,
  followingCount: row.following_count,
  isSelf: audience === 'self',
  isFollowed: row.is_followed,
  followsMe: row.follows_viewer,
  visibility: one(visibilities, row.visibility) ?? 'organization',
  dateOfBirth: seesBirth(audience) ? row.date_of_birth : null,
  confidential: seesConfidential(audience) ? presentConfidential(row) : null,
});

const presentConfidential = (row: PersonProfileRow): PersonProfileView['confidential'] => ({
  code: row.code,
  email: row.email,
  phone: row.phone,
  alternatePhone: row.alternate_phone,
  gender: one(genders, row.gender),
  addressLine1: row.address_line_1,
  addressLine2: row.address_line_2,
  postalCode: row.postal_code,
  city: row.city,
  stateProvince: row.state_province,
  emergencyContactName: row.emergency_contact_name,
  emergencyContactPhone: row.emergency_contact_phone,
  emergencyContactRelationship: row.emergency_contact_relationship,
  employeeId: row.employee_id,
  hireDate: row.hire_date,
  manager:
    row.manager_id === null || row.manager_name === null
      ? null
      : { id: row.manager_id, displayName: row.manager_name },
});
