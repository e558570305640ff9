import { genders, visibilities } from '../../../shared/identity/accounts.ts';
import type { ProfileView } from '../../../shared/identity/accounts.ts';
import type { PersonField } from '../../../shared/identity/custom-fields.ts';
import type { ProfileRow } from './profile.repository.ts';

const one = <T extends string>(known: readonly T[], value: string | null): T | null =>
  known.find((candidate) => candidate === value) ?? null;

/** A profile, as its owner sees it. */
export function presentProfile(row: ProfileRow, customFields: PersonField[]): ProfileView {
  return {
    firstName: row.first_name,
    middleName: row.middle_name,
    lastName: row.last_name,
    displayName: row.display_name,
    username: row.username,
    code: row.code,
    bio: row.bio,
    dateOfBirth: row.date_of_birth,
    gender: one(genders, row.gender),
    alternatePhone: row.alternate_phone,
    jobTitle: row.job_title,
    location: row.location,
    addressLine1: row.address_line_1,
    addressLine2: row.address_line_2,
    city: row.city,
    stateProvince: row.state_province,
    postalCode: row.postal_code,
    country: row.country,
    emergencyContactName: row.emergency_contact_name,
    emergencyContactPhone: row.emergency_contact_phone,
    emergencyContactRelationship: row.emergency_contact_relationship,
    skills: row.skills ?? [],
    socialLinks: row.social_links ?? {},
    visibility: one(visibilities, row.visibility) ?? 'organization',
    department: row.department,
    employeeId: row.employee_id,
    customFields,
    hasPassword: row.has_password,
    passwordChangedAt: row.password_changed_at ? new Date(row.password_changed_at).toISOString() : null,
  };
}
