import { Badge, Button, Group, Modal, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { accessRoutes } from '../../../shared/identity/access.ts';
import { roleSlugs } from '../../../shared/identity/contract.ts';
import type { RoleSlug } from '../../../shared/identity/contract.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './access.module.css';
import type { PersonAccessProps } from './person-access-page.tsx';
import { rolesIn, useAccessRefresh } from './queries.ts';
import { useOwnLevel, useRoleName } from './use-roles.ts';

/** What the account is, and the way to change it. */
export function PrimaryRole({
  organizationId,
  person,
  mayChange,
}: PersonAccessProps & { mayChange: boolean }) {
  const { t } = useTranslation(['access', 'kernel']);
  const nameOf = useRoleName(organizationId);
  const [opened, dialog] = useDisclosure(false);
  const elsewhere = person.handsOff === 'other_organization';
  const name = person.displayName;
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="primary-title">
      <Group justify="space-between" align="flex-start">
        <div className={classes.text}>
          <Title order={3} size="h4" id="primary-title">
            {t('person.primary')}
          </Title>
          <Text c="dimmed" size="sm" mb="xs">
            {t(elsewhere ? 'person.primaryElsewhere' : 'person.primaryLead')}
          </Text>
          <Badge variant="light" size="lg" tt="none" data-testid="primary-role">
            {nameOf(person.role)}
          </Badge>
        </div>
        {mayChange && !elsewhere && (
          <Button
            size="xs"
            variant="default"
            aria-label={t('person.changeNamed', { name })}
            onClick={dialog.open}
            data-testid="primary-change"
          >
            {t('person.change')}
          </Button>
        )}
      </Group>
      <Modal
        opened={opened}
        onClose={dialog.close}
        title={t('person.changeTitle', { name })}
        closeButtonProps={{ 'aria-label': t('kernel:close') }}
      >
        <ChangeForm organizationId={organizationId} person={person} onClose={dialog.close} />
      </Modal>
    </Paper>
  );
}

/** Its own component: what was chosen lives as long as the dialog is open. */
function ChangeForm({ organizationId, person, onClose }: PersonAccessProps & { onClose: () => void }) {
  const { t } = useTranslation(['access', 'kernel']);
  const refresh = useAccessRefresh(organizationId);
  const nameOf = useRoleName(organizationId);
  const ownLevel = useOwnLevel(organizationId);
  const roles = useQuery(rolesIn(organizationId));
  const [role, setRole] = useState<RoleSlug>(person.role);
  const saving = useMutation({
    mutationFn: () =>
      api.call(accessRoutes.setPrimary, { params: { organizationId, userId: person.id }, body: { role } }),
    onSuccess: async () => {
      notifications.show({ message: t('person.changed', { name: person.displayName, role: nameOf(role) }) });
      onClose();
      await refresh();
    },
  });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  const isAbove = (slug: RoleSlug): boolean =>
    ownLevel !== null && (roles.data?.items.find((one) => one.slug === slug)?.level ?? 0) > ownLevel;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {saving.isError && <ProblemAlert title={t('person.changeFailed')} error={saving.error} />}
        <NativeSelect
          label={t('person.changeField')}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as RoleSlug)}
          data={roleSlugs.map((value) => ({
            value,
            label: isAbove(value) ? t('give.above', { name: nameOf(value) }) : nameOf(value),
            disabled: isAbove(value),
          }))}
          data-autofocus
          data-testid="primary-select"
        />
        <Text size="sm">{t('person.changeText')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button
            type="submit"
            disabled={role === person.role}
            loading={saving.isPending}
            data-testid="primary-save"
          >
            {t('person.changeSubmit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
