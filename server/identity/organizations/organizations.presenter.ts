import { organizationSettings } from '../../../shared/identity/organizations.ts';
import type {
  MemberView,
  MyMembershipView,
  OrganizationDetailView,
  OrganizationView,
  SignInPageView,
  TreeNodeView,
} from '../../../shared/identity/organizations.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import type { MemberRow, MyMembershipRow } from './memberships.repository.ts';
import type { OrganizationDetailRow, OrganizationRow, TreeRow } from './organizations.repository.ts';

const instant = (value: Date | string | null): string | null =>
  isoOrNull(value === null ? null : new Date(value));

export const presentSignInPage = (row: { name: string; settings: unknown }): SignInPageView => {
  const { branding } = organizationSettings.safeParse(row.settings).data ?? {};
  return {
    name: row.name,
    primaryColor: branding?.primaryColor ?? null,
    loginMessage: branding?.loginMessage || null,
  };
};

export const presentOrganization = (row: OrganizationRow): OrganizationView => ({
  id: row.id,
  parentId: row.parent_id,
  name: row.name,
  slug: row.slug,
  type: row.type,
  status: row.status,
  deletedAt: instant(row.deleted_at),
  myRole: row.my_role,
});

export const presentDetail = (
  row: OrganizationDetailRow,
  may: OrganizationDetailView['may'],
): OrganizationDetailView => ({
  ...presentOrganization(row),
  description: row.description,
  timezone: row.timezone,
  locale: row.locale,
  website: row.website,
  phone: row.phone,
  email: row.email,
  addressLine1: row.address_line_1,
  addressLine2: row.address_line_2,
  city: row.city,
  stateProvince: row.state_province,
  postalCode: row.postal_code,
  country: row.country,
  settings: organizationSettings.safeParse(row.settings).data ?? {},
  memberCount: row.member_count,
  createdAt: iso(new Date(row.created_at)),
  may,
});

export const presentNode = (row: TreeRow): TreeNodeView => ({
  ...presentOrganization(row),
  depth: row.depth,
  memberCount: row.member_count,
});

export const presentMember = (row: MemberRow): MemberView => ({
  membershipId: row.id,
  userId: row.user_id,
  code: row.code,
  displayName: row.display_name,
  email: row.email,
  role: row.role,
  title: row.title,
  status: row.left_at === null ? row.status : 'left',
  isPrimary: row.is_primary,
  joinedAt: iso(new Date(row.joined_at)),
  leftAt: instant(row.left_at),
});

export const presentMine = (row: MyMembershipRow): MyMembershipView => ({
  membershipId: row.id,
  organization: {
    id: row.organization_id,
    name: row.organization_name,
    slug: row.organization_slug,
    suspended: row.suspended,
  },
  role: row.role,
  title: row.title,
  status: row.left_at === null ? row.status : 'left',
  isPrimary: row.is_primary,
  joinedAt: iso(new Date(row.joined_at)),
  leftAt: instant(row.left_at),
});
