import { Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { organizationRoutes, organizationTypes } from '../../../shared/identity/organizations.ts';
import type { OrganizationView } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';
import { refreshMe } from '../../kernel/switch-organization.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { fieldErrors } from './field-errors.ts';
import { organizationsKey } from './queries.ts';

interface NewOrganizationDialogProps {
  /** What it becomes a part of; null: it stands on its own. */
  parentId: string | null;
  opened: boolean;
  onClose: () => void;
}

/** Asks for a new organization. */
export function NewOrganizationDialog(props: NewOrganizationDialogProps) {
  const { t } = useTranslation(['organizations', 'kernel']);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('tree.addTitle')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <NewOrganizationForm {...props} />
    </Modal>
  );
}

/** A short name that goes with a name; it can be written over. */
const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100);

/** Its own component: what was typed lives as long as the dialog is open. */
function NewOrganizationForm({ parentId, onClose }: NewOrganizationDialogProps) {
  const { t } = useTranslation('organizations');
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [ownSlug, setOwnSlug] = useState<string | null>(null);
  const [type, setType] = useState<OrganizationView['type']>(parentId === null ? 'company' : 'department');
  const [checked, setChecked] = useState(false);
  const slug = ownSlug ?? slugOf(name);
  const adding = useMutation({
    mutationFn: () =>
      api.call(organizationRoutes.create, {
        body: {
          name,
          slug,
          type,
          parentId,
          timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
      }),
    onSuccess: async () => {
      notifications.show({ message: t('tree.added', { name }) });
      onClose();
      await client.invalidateQueries({ queryKey: organizationsKey });
      await refreshMe();
    },
  });
  const refused = fieldErrors(adding.error, t('taken'));
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (name.trim() && slug.trim()) adding.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {adding.isError && <ProblemAlert title={t('tree.addFailed')} error={adding.error} />}
        <TextInput
          label={t('organization.name')}
          value={name}
          maxLength={200}
          error={refused['name'] ?? (checked && !name.trim() ? t('missing') : null)}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
          data-testid="new-organization-name"
        />
        <TextInput
          label={t('organization.slug')}
          description={t('organization.slugHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={slug}
          maxLength={100}
          autoCapitalize="none"
          spellCheck={false}
          error={refused['slug'] ?? (checked && !slug.trim() ? t('missing') : null)}
          onChange={(event) => setOwnSlug(event.currentTarget.value)}
          data-testid="new-organization-slug"
        />
        <NativeSelect
          label={t('organization.type')}
          value={type}
          onChange={(event) => setType(event.currentTarget.value as OrganizationView['type'])}
          data={organizationTypes.map((value) => ({ value, label: t(`type.${value}`) }))}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('keep')}
          </Button>
          <Button type="submit" loading={adding.isPending} data-testid="new-organization-add">
            {t('tree.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
