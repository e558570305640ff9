import { roleSlug } from '../../../shared/identity/contract.ts';
import type { PersonField } from '../../../shared/identity/custom-fields.ts';
import { restoreDays } from '../../../shared/identity/people.ts';
import type { PersonDetailView, PersonView } from '../../../shared/identity/people.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { MembershipRow, PersonDetailRow, PersonRow } from './people.repository.ts';

const instant = (value: Date | string | null): string | null =>
  isoOrNull(value === null ? null : new Date(value));

/** Until when a deleted account can be restored; null when it is not deleted. */
export const restorableUntil = (row: Pick<PersonDetailRow, 'deleted_at'>): Date | null =>
  row.deleted_at === null ? null : new Date(new Date(row.deleted_at).getTime() + restoreDays * 86_400_000);

/** A line of the list. */
export const presentPerson = (row: PersonRow): PersonView => ({
  id: row.id,
  code: row.code,
  displayName: row.display_name,
  email: row.email,
  phone: row.phone,
  avatarUrl: row.avatar_url,
  role: roleSlug.parse(row.role),
  status: row.status,
  lastSignInAt: instant(row.last_login_at),
  createdAt: iso(new Date(row.created_at)),
});

/** What the caller's rights add to a person's row. */
export interface Seen {
  memberships: readonly MembershipRow[];
  isSelf: boolean;
  handsOff: PersonDetailView['handsOff'];
  /** Whether the caller sees how the account is secured. */
  withSecurity: boolean;
  customFields: PersonField[];
  now: Date;
}

/** The page about somebody. */
export const presentDetail = (row: PersonDetailRow, seen: Seen): PersonDetailView => ({
  ...presentPerson(row),
  firstName: row.first_name,
  lastName: row.last_name,
  username: row.username,
  locale: row.locale,
  timezone: row.timezone,
  emailVerified: row.email_verified_at !== null,
  phoneVerified: row.phone_verified_at !== null,
  suspendedUntil: row.status === 'suspended' ? instant(row.suspended_until) : null,
  deletedAt: instant(row.deleted_at),
  restorableUntil: isoOrNull(restorableUntil(row)),
  security: seen.withSecurity
    ? {
        hasPassword: row.has_password,
        mustChangePassword: row.must_change_password,
        twoFactorEnabled: row.two_factor_enabled,
        // A lock that is over locks nobody.
        lockedUntil:
          row.locked_until !== null && new Date(row.locked_until) > seen.now
            ? instant(row.locked_until)
            : null,
        suspensionReason: row.status === 'suspended' ? row.suspension_reason : null,
        sessions: row.sessions,
      }
    : null,
  department: row.department,
  jobTitle: row.job_title,
  employeeId: row.employee_id,
  hireDate: row.hire_date,
  manager:
    row.manager_id === null || row.manager_name === null
      ? null
      : { id: row.manager_id, displayName: row.manager_name },
  customFields: seen.customFields,
  memberships: seen.memberships.map((one) => ({
    organizationId: one.organization_id,
    name: one.name,
    role: one.role,
    isPrimary: one.is_primary,
  })),
  isSelf: seen.isSelf,
  handsOff: seen.handsOff,
});
