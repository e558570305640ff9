import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMailPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { InvitationList } from './invitation-list.tsx';
import { organizationInvitations } from './invitation-source.ts';
import { OrganizationInviteDialog } from './organization-invite-dialog.tsx';
import { WorkedIn } from './loaded.tsx';

/** `/admin/invitations` */
export function InvitationsPage() {
  return <WorkedIn>{(id) => <Invitations key={id} organizationId={id} />}</WorkedIn>;
}

function Invitations({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('organizations');
  usePageTitle(t('invitations.title'));
  const [inviting, inviteDialog] = useDisclosure(false);
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2}>{t('invitations.title')}</Title>
          <Text c="dimmed">{t('invitations.lead')}</Text>
        </div>
        <Button
          leftSection={<IconMailPlus size={18} aria-hidden />}
          onClick={inviteDialog.open}
          data-testid="invite"
        >
          {t('invitations.invite')}
        </Button>
      </Group>
      <InvitationList source={organizationInvitations(organizationId)} initial={null} />
      <OrganizationInviteDialog
        organizationId={organizationId}
        opened={inviting}
        onClose={inviteDialog.close}
      />
    </Stack>
  );
}
