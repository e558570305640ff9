import { Badge, Button, Group, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { organizationRoutes } from '../../../shared/identity/organizations.ts';
import type { OrganizationView } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';
import { refreshMe } from '../../kernel/switch-organization.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useMe } from '../../kernel/use-sign-in.ts';
import { NewOrganizationDialog } from './new-organization-dialog.tsx';
import classes from './organizations.module.css';
import { deletedOrganizations, organizationList, organizationsKey } from './queries.ts';

/** Every organization of the installation, for super administrators; and what can be restored. */
export function AllOrganizations() {
  const { role } = useMe();
  return (
    <>
      {role === 'super_admin' && <Everyone />}
      <Deleted />
    </>
  );
}

function Everyone() {
  const { t } = useTranslation('organizations');
  const [q, setQ] = useState('');
  const [adding, addDialog] = useDisclosure(false);
  const search = useDebouncedCallback((value: string) => setQ(value.trim()), 250);
  const list = useInfiniteQuery(organizationList(q));
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="all-title">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={3} size="h4" id="all-title">
            {t('tree.others')}
          </Title>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={addDialog.open}
            data-testid="add-organization"
          >
            {t('tree.addRoot')}
          </Button>
        </Group>
        <TextInput
          type="search"
          aria-label={t('tree.search')}
          placeholder={t('tree.search')}
          maxLength={200}
          onChange={(event) => search(event.currentTarget.value)}
        />
        <PagedList query={list} failed={t('loadFailed')} empty={<Text>{t('tree.nobody')}</Text>}>
          {(items) => (
            <ul className={classes.rows}>
              {items.map(({ id, name, type, status }) => (
                <li key={id} className={classes.row} data-testid="organization-row">
                  <Link to={`/admin/organization/${id}`} className={classes.link}>
                    {name}
                  </Link>
                  <Text size="sm" c="dimmed">
                    {t(`type.${type}`)}
                  </Text>
                  {status !== 'active' && (
                    <Badge color="orange" variant="light">
                      {t(`status.${status}`)}
                    </Badge>
                  )}
                </li>
              ))}
            </ul>
          )}
        </PagedList>
      </Stack>
      <NewOrganizationDialog parentId={null} opened={adding} onClose={addDialog.close} />
    </Paper>
  );
}

function Deleted() {
  const { t } = useTranslation('organizations');
  const { data, error } = useQuery(deletedOrganizations);
  if (error) return <ProblemAlert title={t('tree.deletedFailed')} error={error} />;
  if (!data || data.items.length === 0) return null;
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="deleted-title">
      <Title order={3} size="h4" id="deleted-title">
        {t('tree.deleted')}
      </Title>
      <ul className={classes.rows}>
        {data.items.map((one) => (
          <DeletedRow key={one.id} organization={one} />
        ))}
      </ul>
    </Paper>
  );
}

function DeletedRow({ organization: { id, name } }: { organization: OrganizationView }) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  const restoring = useMutation({
    mutationFn: () => api.call(organizationRoutes.restore, { params: { organizationId: id } }),
    onSuccess: async () => {
      notifications.show({ message: t('tree.restored', { name }) });
      await client.invalidateQueries({ queryKey: organizationsKey });
      await refreshMe();
    },
  });
  return (
    <li className={classes.row} data-testid="deleted-organization">
      <div className={classes.grow}>
        <Text className={classes.wrap}>{name}</Text>
        {restoring.isError && <ProblemAlert title={t('tree.restoreFailed')} error={restoring.error} />}
      </div>
      <Button
        size="xs"
        variant="default"
        loading={restoring.isPending}
        onClick={() => restoring.mutate()}
        data-testid="organization-restore"
      >
        {t('tree.restore')}
      </Button>
    </li>
  );
}
