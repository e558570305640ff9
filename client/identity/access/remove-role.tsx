import { Button, Group, Paper, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { accessRoutes } from '../../../shared/identity/access.ts';
import type { RoleView } from '../../../shared/identity/access.ts';
import { api } from '../../kernel/api.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import classes from './access.module.css';
import { useAccessRefresh } from './queries.ts';

/** The end of a role; the server refuses while it is in use. */
export function RemoveRole({ organizationId, role }: { organizationId: string; role: RoleView }) {
  const { t } = useTranslation('access');
  const navigate = useNavigate();
  const refresh = useAccessRefresh(organizationId);
  const [asking, dialog] = useDisclosure(false);
  const [inUse, setInUse] = useState(false);
  const { id: roleId, name } = role;
  const remove = async (): Promise<void> => {
    try {
      await api.call(accessRoutes.removeRole, { params: { organizationId, roleId } });
    } catch (error) {
      setInUse(codeOf(error) === 'in_use');
      throw error;
    }
  };
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="role-remove-title">
      <Group justify="space-between">
        <div className={classes.text}>
          <Title order={3} size="h4" id="role-remove-title">
            {t('role.remove')}
          </Title>
          <Text c="dimmed" size="sm">
            {t('role.removeLead')}
          </Text>
        </div>
        <Button variant="light" color="red" onClick={dialog.open} data-testid="role-remove">
          {t('role.remove')}
        </Button>
      </Group>
      <ConfirmDialog
        title={t('role.removeTitle', { name })}
        text={t('role.removeText')}
        submit={t('role.remove')}
        done={t('role.removed', { name })}
        failed={t(inUse ? 'role.removeInUse' : 'role.removeFailed')}
        opened={asking}
        onClose={dialog.close}
        act={remove}
        onDone={() => {
          void navigate('/admin/roles');
          void refresh();
        }}
      />
    </Paper>
  );
}
