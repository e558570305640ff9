import { roleSlug } from '../../../shared/identity/contract.ts';
import type { MeView, MembershipRole } from '../../../shared/identity/contract.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { User } from './user.entity.ts';

/** What stands around an account: where the person belongs, and what they may do where they work now. */
export interface Surroundings {
  organizationId: string | null;
  organizations: { id: string; name: string; slug: string; role: MembershipRole; suspended: boolean }[];
  permissions: Permission[];
  hasReports: boolean;
}

/** The signed-in person, as they see themselves. `primaryRole` must be loaded. */
export function presentMe(user: User, around: Surroundings): MeView {
  return {
    id: user.id,
    code: user.code,
    email: user.email ?? null,
    displayName: user.displayName,
    avatarUrl: user.avatarUrl ?? null,
    role: roleSlug.parse(user.primaryRole.slug),
    locale: user.locale,
    timezone: user.timezone,
    phone: user.phone ?? null,
    emailVerified: Boolean(user.emailVerifiedAt),
    phoneVerified: Boolean(user.phoneVerifiedAt),
    mustChangePassword: user.mustChangePassword,
    twoFactorEnabled: user.twoFactorEnabled,
    ...around,
  };
}
