import { Button, Group, Paper, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { organizationRoutes } from '../../../shared/identity/organizations.ts';
import type { OrganizationDetailView } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';
import { refreshMe } from '../../kernel/switch-organization.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import { organizationsKey } from './queries.ts';

/** For those who run what the organization is part of. */
export function GovernSection({ organization }: { organization: OrganizationDetailView }) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'suspend' | 'remove' | null>(null);
  const { id: organizationId, name, status } = organization;
  const params = { organizationId };
  const again = async (): Promise<void> => {
    await client.invalidateQueries({ queryKey: organizationsKey });
    await refreshMe();
  };
  const reopening = useMutation({
    mutationFn: () => api.call(organizationRoutes.reactivate, { params }),
    onSuccess: () => {
      notifications.show({ message: t('govern.reactivated', { name }) });
      return again();
    },
  });
  const suspend = async (): Promise<void> => {
    await api.call(organizationRoutes.suspend, { params, body: {} });
    await again();
  };
  const remove = async (): Promise<void> => {
    await api.call(organizationRoutes.remove, { params });
    await navigate('/admin/organization');
    await again();
  };
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="govern-title">
      <Title order={3} size="h4" id="govern-title">
        {t('govern.title')}
      </Title>
      <Text c="dimmed" size="sm" mb="sm">
        {t('govern.lead')}
      </Text>
      {reopening.isError && <ProblemAlert title={t('govern.failed')} error={reopening.error} />}
      <Group gap="xs">
        {status === 'active' ? (
          <Button
            variant="default"
            color="red"
            onClick={() => setDialog('suspend')}
            data-testid="organization-suspend"
          >
            {t('govern.suspend')}
          </Button>
        ) : (
          <Button
            loading={reopening.isPending}
            onClick={() => reopening.mutate()}
            data-testid="organization-reactivate"
          >
            {t('govern.reactivate')}
          </Button>
        )}
        <Button
          variant="subtle"
          color="red"
          onClick={() => setDialog('remove')}
          data-testid="organization-remove"
        >
          {t('govern.remove')}
        </Button>
      </Group>
      <ConfirmDialog
        title={t('govern.suspendTitle', { name })}
        text={t('govern.suspendText')}
        submit={t('govern.suspend')}
        done={t('govern.suspended', { name })}
        failed={t('govern.failed')}
        opened={dialog === 'suspend'}
        onClose={() => setDialog(null)}
        act={suspend}
      />
      <ConfirmDialog
        title={t('govern.removeTitle', { name })}
        text={t('govern.removeText')}
        submit={t('govern.remove')}
        done={t('govern.removed', { name })}
        failed={t('govern.failed')}
        opened={dialog === 'remove'}
        onClose={() => setDialog(null)}
        act={remove}
      />
    </Paper>
  );
}
