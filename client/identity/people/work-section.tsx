import { Button, Group, Paper, SimpleGrid, Stack, TextInput, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { peopleRoutes } from '../../../shared/identity/people.ts';
import type { PersonDetailView } from '../../../shared/identity/people.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { ManagerField } from './manager-field.tsx';
import { fieldErrors } from './person-form.ts';
import { onePerson, peopleKey } from './queries.ts';

interface WorkSectionProps {
  person: PersonDetailView;
  organizationId: string;
  disabled: boolean;
}

const names = ['jobTitle', 'department', 'employeeId', 'hireDate'] as const;
type Values = Record<(typeof names)[number], string> & { managerId: string | null };

const valuesOf = (person: PersonDetailView): Values => ({
  jobTitle: person.jobTitle ?? '',
  department: person.department ?? '',
  employeeId: person.employeeId ?? '',
  hireDate: person.hireDate ?? '',
  managerId: person.manager?.id ?? null,
});

/** What the organization keeps about somebody: their work, and whom they report to. */
export function WorkSection({ person, organizationId, disabled }: WorkSectionProps) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const [draft, setDraft] = useState<Partial<Values>>({});
  const before = valuesOf(person);
  const values = { ...before, ...draft };
  const changed = ([...names, 'managerId'] as const).filter((name) => values[name] !== before[name]);
  const saving = useMutation({
    mutationFn: () =>
      api.call(peopleRoutes.update, {
        params: { organizationId, userId: person.id },
        body: Object.fromEntries(changed.map((name) => [name, values[name]?.trim() || null])),
      }),
    onSuccess: (saved) => {
      setDraft({});
      client.setQueryData(onePerson(organizationId, person.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: [...peopleKey(organizationId), 'list'] });
      notifications.show({ message: t('form.saved') });
    },
  });
  const errors = fieldErrors(saving.error, t('form.taken'));
  const set = <K extends keyof Values>(name: K, value: Values[K]): void =>
    setDraft({ ...draft, [name]: value });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="work-title">
      <Title order={3} size="h4" mb="sm" id="work-title">
        {t('work.title')}
      </Title>
      <form onSubmit={submit} noValidate>
        <Stack>
          {saving.isError && <ProblemAlert title={t('form.failedSave')} error={saving.error} />}
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            {names.map((name) => (
              <TextInput
                key={name}
                label={t(name === 'hireDate' ? 'work.hireDate' : `form.${name}`)}
                type={name === 'hireDate' ? 'date' : 'text'}
                value={values[name]}
                maxLength={100}
                autoComplete="off"
                disabled={disabled}
                error={errors[name]}
                onChange={(event) => set(name, event.currentTarget.value)}
                data-testid={`work-${name}`}
              />
            ))}
            <ManagerField
              organizationId={organizationId}
              person={person}
              managerId={values.managerId}
              onChange={(managerId) => set('managerId', managerId)}
              disabled={disabled}
              error={errors['managerId']}
            />
          </SimpleGrid>
          {!disabled && (
            <Group justify="flex-end">
              <Button
                type="submit"
                disabled={changed.length === 0}
                loading={saving.isPending}
                data-testid="work-save"
              >
                {t('form.save')}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Paper>
  );
}
