import { Button, Group, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { customFieldRoutes } from '../../../shared/identity/custom-field-routes.ts';
import type { FieldDefinitionView } from '../../../shared/identity/custom-field-routes.ts';
import { fieldLimits } from '../../../shared/identity/custom-fields.ts';
import { api } from '../../kernel/api.ts';
import { formatDate } from '../../kernel/i18n/format.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { Loaded, WorkedIn } from '../organizations/loaded.tsx';
import { FieldDialog } from './field-dialog.tsx';
import { FieldRow, FieldText, moveButton } from './field-row.tsx';
import classes from './fields.module.css';
import { fieldsIn } from './queries.ts';
import { useRestore } from './removal.tsx';

/** `/admin/fields` */
export function FieldsPage() {
  return <WorkedIn>{(id) => <Fields key={id} organizationId={id} />}</WorkedIn>;
}

function Fields({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('customFields');
  const { permissions } = useMe();
  usePageTitle(t('list.title'));
  const query = useQuery(fieldsIn(organizationId));
  const [isAdding, addDialog] = useDisclosure(false);
  const mayManage = permissions.includes('settings.manage');
  const own = query.data?.items.filter(({ isSystemWide }) => !isSystemWide) ?? [];
  const isFull = own.length >= fieldLimits.perOrganization;
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div style={{ flex: '1 1 300px' }}>
          <Title order={2}>{t('list.title')}</Title>
          <Text c="dimmed">{t('list.lead')}</Text>
        </div>
        {mayManage && (
          <Button
            leftSection={<IconPlus size={18} aria-hidden />}
            disabled={isFull}
            onClick={addDialog.open}
            data-testid="field-add"
          >
            {t('list.add')}
          </Button>
        )}
      </Group>
      {isFull && <Text>{t('list.full', { count: own.length })}</Text>}
      <Loaded query={query}>
        {({ items, removed }) => (
          <>
            <FieldList organizationId={organizationId} fields={items} mayManage={mayManage} />
            {mayManage && removed.length > 0 && (
              <RemovedFields organizationId={organizationId} fields={removed} />
            )}
          </>
        )}
      </Loaded>
      <FieldDialog organizationId={organizationId} field={null} opened={isAdding} onClose={addDialog.close} />
    </Stack>
  );
}

interface FieldListProps {
  organizationId: string;
  fields: readonly FieldDefinitionView[];
  mayManage: boolean;
}

function FieldList({ organizationId, fields, mayManage }: FieldListProps) {
  const { t } = useTranslation('customFields');
  const own = fields.filter(({ isSystemWide }) => !isSystemWide);
  const [moving, move] = useMove(organizationId, own);
  if (fields.length === 0)
    return (
      <Paper withBorder radius="md" p="xl" ta="center" data-testid="fields-empty">
        <Text fw={600}>{t('list.empty')}</Text>
        <Text c="dimmed" maw={480} mx="auto">
          {t('list.emptyText')}
        </Text>
      </Paper>
    );
  return (
    <>
      <VisuallyHidden aria-live="polite">{t('list.shown', { count: fields.length })}</VisuallyHidden>
      {moving.isError && <ProblemAlert title={t('list.moveFailed')} error={moving.error} />}
      <Paper withBorder radius="md">
        <ul className={classes.rows}>
          {fields.map((field) => (
            <FieldRow
              key={field.id}
              organizationId={organizationId}
              field={field}
              onMove={mayManage && !field.isSystemWide ? (by) => move(field, by) : null}
              isFirst={field === own[0]}
              isLast={field === own.at(-1)}
            />
          ))}
        </ul>
      </Paper>
    </>
  );
}

/** Moves a field by one place. The focus stays on its button, or goes to the other one where there is no further place. */
function useMove(organizationId: string, own: readonly FieldDefinitionView[]) {
  const { t } = useTranslation('customFields');
  const client = useQueryClient();
  const { queryKey } = fieldsIn(organizationId);
  const moving = useMutation({
    mutationFn: ({ ids }: { ids: string[]; field: FieldDefinitionView; by: -1 | 1 }) =>
      api.call(customFieldRoutes.reorder, { params: { organizationId }, body: { ids } }),
    onSuccess: (list, { ids, field, by }) => {
      client.setQueryData(queryKey, list);
      const place = ids.indexOf(field.id) + 1;
      announce(t('list.moved', { label: field.label, place, count: ids.length }));
      const isAtEnd = place === (by === 1 ? ids.length : 1);
      const button = moveButton(field.id, isAtEnd ? (by === 1 ? -1 : 1) : by);
      requestAnimationFrame(() => document.getElementById(button)?.focus());
    },
    onError: () => client.invalidateQueries({ queryKey }),
  });
  const move = (field: FieldDefinitionView, by: -1 | 1): void => {
    const ids = own.map(({ id }) => id);
    const from = ids.indexOf(field.id);
    if (moving.isPending || from + by < 0 || from + by >= ids.length) return;
    ids.splice(from, 1);
    ids.splice(from + by, 0, field.id);
    moving.mutate({ ids, field, by });
  };
  return [moving, move] as const;
}

function RemovedFields({ organizationId, fields }: Omit<FieldListProps, 'mayManage'>) {
  const { t } = useTranslation('customFields');
  const restoring = useRestore(organizationId);
  return (
    <section aria-labelledby="removed-title">
      <Title order={3} size="h4" id="removed-title">
        {t('removal.list')}
      </Title>
      <Text c="dimmed" size="sm" mb="xs">
        {t('removal.listLead')}
      </Text>
      <Paper withBorder radius="md">
        <ul className={classes.rows}>
          {fields.map((field) => (
            <li key={field.id} className={classes.row} data-testid="removed-field-row">
              <FieldText field={field} />
              <Group gap="sm" className={classes.actions}>
                {field.removedAt && (
                  <Text size="sm" c="dimmed">
                    {t('removal.at', { day: formatDate(field.removedAt) })}
                  </Text>
                )}
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('removal.restoreThis', { label: field.label })}
                  loading={restoring.isPending && restoring.variables.id === field.id}
                  onClick={() => restoring.mutate(field)}
                  data-testid="field-restore"
                >
                  {t('removal.restore')}
                </Button>
              </Group>
            </li>
          ))}
        </ul>
      </Paper>
    </section>
  );
}
