import { Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { membershipRole } from '../../../shared/identity/contract.ts';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import { invitationRoutes, invitedRole } from '../../../shared/identity/invitations.ts';
import { api } from '../../kernel/api.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { organizationInvitations } from './invitation-source.ts';
import { InviteDialog } from './invite-dialog.tsx';

type InvitedRole = z.infer<typeof invitedRole>;

/** What is worth offering; the server decides by the levels. */
function useOffers(): { roles: readonly InvitedRole[]; memberships: readonly MembershipRole[] } {
  const { permissions } = useMe();
  if (permissions.includes('organization.manage'))
    return { roles: invitedRole.options, memberships: membershipRole.options };
  return { roles: ['student', 'parent'], memberships: ['member', 'manager'] };
}

interface OrganizationInviteDialogProps {
  organizationId: string;
  opened: boolean;
  onClose: () => void;
}

/** Whom to invite into an organization, and as what. */
export function OrganizationInviteDialog({ organizationId, ...dialog }: OrganizationInviteDialogProps) {
  const { t } = useTranslation('organizations');
  const offers = useOffers();
  const [grantRole, setGrantRole] = useState<InvitedRole>('student');
  const [standing, setStanding] = useState<MembershipRole>('member');
  return (
    <InviteDialog
      {...dialog}
      source={organizationInvitations(organizationId)}
      send={(asking) =>
        api.call(invitationRoutes.create, {
          params: { organizationId },
          body: { ...asking, grantRole, membershipRole: standing },
        })
      }
    >
      <Group grow align="flex-start">
        <NativeSelect
          label={t('invitations.role')}
          value={grantRole}
          onChange={(event) => setGrantRole(event.currentTarget.value as InvitedRole)}
          data={offers.roles.map((value) => ({ value, label: t(`role.${value}`) }))}
          data-testid="invite-role"
        />
        <NativeSelect
          label={t('invitations.membership')}
          description={t(`membershipHint.${standing}`)}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={standing}
          onChange={(event) => setStanding(event.currentTarget.value as MembershipRole)}
          data={offers.memberships.map((value) => ({ value, label: t(`membership.${value}`) }))}
          data-testid="invite-membership"
        />
      </Group>
    </InviteDialog>
  );
}
