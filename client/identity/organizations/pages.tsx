import { IconBuilding, IconMailPlus, IconUsersGroup } from '@tabler/icons-react';
import i18next from 'i18next';
import type { AreaPages } from '../pages.ts';
import { InvitationPage } from './invitation-page.tsx';
import { InvitationsPage } from './invitations-page.tsx';
import { MembersPage } from './members-page.tsx';
import { MembershipsPage } from './memberships-page.tsx';
import { OrganizationPage, OtherOrganizationPage } from './organization-page.tsx';

export const organizationsPages: AreaPages = {
  publicRoutes: [{ path: '/invitation', element: <InvitationPage /> }],
  accountPages: [
    {
      path: 'organizations',
      label: () => i18next.t('organizations:nav'),
      Icon: IconBuilding,
      Component: MembershipsPage,
    },
  ],
  adminPages: [
    {
      path: 'organization',
      label: () => i18next.t('organizations:organization.nav'),
      Icon: IconBuilding,
      Component: OrganizationPage,
      permission: 'organization.manage',
    },
    {
      path: 'organization/:organizationId',
      Component: OtherOrganizationPage,
      permission: 'organization.manage',
    },
    {
      path: 'members',
      label: () => i18next.t('organizations:members.nav'),
      Icon: IconUsersGroup,
      Component: MembersPage,
      permission: 'user.read',
    },
    {
      path: 'invitations',
      label: () => i18next.t('organizations:invitations.nav'),
      Icon: IconMailPlus,
      Component: InvitationsPage,
      permission: 'organization.invite',
    },
  ],
};
