import { Button, Group, Paper, Stack, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { peopleRoutes } from '../../../shared/identity/people.ts';
import type { PersonDetailView } from '../../../shared/identity/people.ts';
import { api } from '../../kernel/api.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { onePerson } from '../people/queries.ts';
import { PersonFieldInputs } from './person-field-inputs.tsx';
import { usePersonFields } from './use-person-fields.ts';

interface PersonFieldsSectionProps {
  organizationId: string;
  person: PersonDetailView;
  disabled: boolean;
}

/** On the page about somebody: what the organization asks for besides. */
export function PersonFieldsSection({ organizationId, person, disabled }: PersonFieldsSectionProps) {
  const { t } = useTranslation('customFields');
  const client = useQueryClient();
  const saving = useMutation({
    mutationFn: () =>
      api.call(peopleRoutes.update, {
        params: { organizationId, userId: person.id },
        body: { customFields: fields.changes },
      }),
    onSuccess: (saved) => {
      client.setQueryData(onePerson(organizationId, person.id).queryKey, saved);
      fields.reset();
      notifications.show({ message: t('person.saved') });
      announce(t('person.saved'));
    },
  });
  const fields = usePersonFields(person.customFields, 'administration', saving.error);
  if (person.customFields.length === 0) return null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (fields.check()) saving.mutate();
  };
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="fields-title">
      <Title order={3} size="h4" mb="sm" id="fields-title">
        {t('person.title')}
      </Title>
      <form onSubmit={submit} noValidate>
        <Stack>
          {saving.isError && Object.keys(fields.errors).length === 0 && (
            <ProblemAlert title={t('person.failed')} error={saving.error} />
          )}
          <PersonFieldInputs
            fields={person.customFields}
            state={fields}
            by="administration"
            disabled={disabled}
          />
          {!disabled && (
            <Group justify="flex-end">
              <Button
                type="submit"
                disabled={Object.keys(fields.changes).length === 0}
                loading={saving.isPending}
                data-testid="fields-save"
              >
                {t('person.save')}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Paper>
  );
}
