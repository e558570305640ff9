import { Badge, Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconMailPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invitationRoutes, invitationStatus } from '../../../shared/identity/invitations.ts';
import type { InvitationStatus, InvitationView } from '../../../shared/identity/invitations.ts';
import { api } from '../../kernel/api.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { WorkedIn } from './loaded.tsx';
import classes from './organizations.module.css';
import { invitationList, invitationsKey } from './queries.ts';

const colours: Record<InvitationStatus, string> = {
  pending: 'blue',
  accepted: 'teal',
  declined: 'orange',
  expired: 'gray',
  revoked: 'gray',
};

/** `/admin/invitations` */
export function InvitationsPage() {
  return <WorkedIn>{(id) => <Invitations key={id} organizationId={id} />}</WorkedIn>;
}

function Invitations({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation(['organizations', 'kernel']);
  usePageTitle(t('invitations.title'));
  const [status, setStatus] = useState<InvitationStatus | null>(null);
  const [inviting, inviteDialog] = useDisclosure(false);
  const list = useInfiniteQuery({
    ...invitationList(organizationId, status),
    placeholderData: keepPreviousData,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
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
      <NativeSelect
        label={t('invitations.status')}
        maw={240}
        value={status ?? ''}
        onChange={(event) => setStatus((event.currentTarget.value || null) as InvitationStatus | null)}
        data={[
          { value: '', label: t('invitations.any') },
          ...invitationStatus.options.map((value) => ({ value, label: t(`invitations.state.${value}`) })),
        ]}
        data-testid="invitations-status"
      />
      {list.isError && (
        <ProblemAlert title={t('loadFailed')} error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.isPending && <Text role="status">{t('kernel:loading')}</Text>}
      {list.isSuccess && items.length === 0 && (
        <Text data-testid="invitations-empty">
          {status === null ? t('invitations.empty') : t('invitations.nobody')}
        </Text>
      )}
      {items.length > 0 && (
        <Paper withBorder radius="md">
          <ul className={classes.rows}>
            {items.map((invitation) => (
              <InvitationRow key={invitation.id} organizationId={organizationId} invitation={invitation} />
            ))}
          </ul>
        </Paper>
      )}
      {list.hasNextPage && (
        <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('kernel:loadMore')}
        </Button>
      )}
      <InviteDialog organizationId={organizationId} opened={inviting} onClose={inviteDialog.close} />
    </Stack>
  );
}

interface InvitationRowProps {
  organizationId: string;
  invitation: InvitationView;
}

function InvitationRow({ organizationId, invitation }: InvitationRowProps) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  const [revoking, revokeDialog] = useDisclosure(false);
  const { id: invitationId, email, status, grantRole, membershipRole, invitedBy, expiresAt } = invitation;
  const params = { organizationId, invitationId };
  const again = (): Promise<void> => client.invalidateQueries({ queryKey: invitationsKey(organizationId) });
  const resending = useMutation({
    mutationFn: () => api.call(invitationRoutes.resend, { params }),
    onSuccess: () => {
      notifications.show({ message: t('invitations.resent', { email }) });
      return again();
    },
  });
  const revoke = async (): Promise<void> => {
    await api.call(invitationRoutes.revoke, { params });
    await again();
  };
  return (
    <li className={classes.row} data-testid="invitation-row">
      <div className={classes.grow}>
        <Group gap="xs">
          <Text fw={600} className={classes.wrap}>
            {email}
          </Text>
          <Badge variant="light" color={colours[status]} data-testid="invitation-state">
            {t(`invitations.state.${status}`)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {[
            t(`role.${grantRole}`),
            membershipRole === 'member' ? null : t(`membership.${membershipRole}`),
            invitedBy ? `${t('invitations.by')} ${invitedBy.displayName}` : null,
            status === 'pending' ? `${t('invitations.expires')} ${formatMoment(expiresAt)}` : null,
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        {resending.isError && <ProblemAlert title={t('invitations.failed')} error={resending.error} />}
        {(status === 'pending' || status === 'expired') && (
          <Group gap="xs" mt={6}>
            <Button
              size="xs"
              variant="default"
              loading={resending.isPending}
              onClick={() => resending.mutate()}
              data-testid="invitation-resend"
            >
              {t('invitations.resend')}
            </Button>
            <Button
              size="xs"
              variant="subtle"
              color="red"
              onClick={revokeDialog.open}
              data-testid="invitation-revoke"
            >
              {t('invitations.revoke')}
            </Button>
          </Group>
        )}
      </div>
      <ConfirmDialog
        title={t('invitations.revokeTitle', { email })}
        text={t('invitations.revokeText')}
        submit={t('invitations.revoke')}
        done={t('invitations.revoked', { email })}
        failed={t('invitations.failed')}
        opened={revoking}
        onClose={revokeDialog.close}
        act={revoke}
      />
    </li>
  );
}
