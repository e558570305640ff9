import { Badge, Button, Group, NativeSelect, Paper, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invitationStatus } from '../../../shared/identity/invitations.ts';
import type { InvitationStatus, InvitationView } from '../../../shared/identity/invitations.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { invitationList } from './invitation-source.ts';
import type { InvitationSource } from './invitation-source.ts';
import classes from './organizations.module.css';

const colours: Record<InvitationStatus, string> = {
  pending: 'blue',
  accepted: 'teal',
  declined: 'orange',
  expired: 'gray',
  revoked: 'gray',
};

interface InvitationListProps {
  source: InvitationSource;
  /** Which are shown at first. */
  initial: InvitationStatus | null;
}

/** Invitations by how they stand, the newest first; those that are open are sent again or taken back. */
export function InvitationList({ source, initial }: InvitationListProps) {
  const { t } = useTranslation('organizations');
  const [status, setStatus] = useState(initial);
  const list = useInfiniteQuery({ ...invitationList(source, status), placeholderData: keepPreviousData });
  return (
    <>
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
      <PagedList
        query={list}
        failed={t('loadFailed')}
        empty={
          <Text data-testid="invitations-empty">
            {status === null ? t('invitations.empty') : t('invitations.nobody')}
          </Text>
        }
      >
        {(items) => (
          <Paper withBorder radius="md">
            <ul className={classes.rows}>
              {items.map((invitation) => (
                <InvitationRow key={invitation.id} source={source} invitation={invitation} />
              ))}
            </ul>
          </Paper>
        )}
      </PagedList>
    </>
  );
}

interface InvitationRowProps {
  source: InvitationSource;
  invitation: InvitationView;
}

function InvitationRow({ source, invitation }: InvitationRowProps) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  const [revoking, revokeDialog] = useDisclosure(false);
  const { id, email, status, grantRole, membershipRole, invitedBy, expiresAt } = invitation;
  const again = (): Promise<void> => client.invalidateQueries({ queryKey: source.key });
  const resending = useMutation({
    mutationFn: () => source.resend(id),
    onSuccess: () => {
      notifications.show({ message: t('invitations.resent', { email }) });
      return again();
    },
  });
  const revoke = async (): Promise<void> => {
    await source.revoke(id);
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
