import {
  Button,
  Group,
  Modal,
  NativeSelect,
  PasswordInput,
  SimpleGrid,
  Stack,
  TextInput,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { roleSlugs } from '../../../shared/identity/contract.ts';
import type { RoleSlug } from '../../../shared/identity/contract.ts';
import { peopleRoutes } from '../../../shared/identity/people.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { fieldErrors } from './person-form.ts';
import { peopleKey } from './queries.ts';

interface NewPersonDialogProps {
  organizationId: string;
  opened: boolean;
  onClose: () => void;
}

/** Asks for a new person. */
export function NewPersonDialog(props: NewPersonDialogProps) {
  const { t } = useTranslation(['people', 'kernel']);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('list.add')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <NewPersonForm {...props} />
    </Modal>
  );
}

const empty = { displayName: '', email: '', phone: '', department: '', employeeId: '', password: '' };
const fields = ['displayName', 'email', 'phone', 'department', 'employeeId'] as const;

/** Its own component: what was typed lives as long as the dialog is open. */
function NewPersonForm({ organizationId, onClose }: NewPersonDialogProps) {
  const { t } = useTranslation(['people', 'kernel']);
  const client = useQueryClient();
  const [values, setValues] = useState(empty);
  const [role, setRole] = useState<RoleSlug>('student');
  const [checked, setChecked] = useState(false);
  const adding = useMutation({
    mutationFn: () => {
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
      const body = { ...given, displayName: values.displayName, role };
      return api.call(peopleRoutes.create, { params: { organizationId }, body });
    },
    onSuccess: ({ displayName }) => {
      void client.invalidateQueries({ queryKey: peopleKey(organizationId) });
      notifications.show({ message: t('form.added', { name: displayName }) });
      onClose();
    },
  });
  const refused = fieldErrors(adding.error, t('form.taken'));
  const errors: Record<string, string> = checked
    ? {
        ...(values.displayName.trim() ? {} : { displayName: t('form.missing') }),
        ...(values.email.trim() || values.phone.trim() ? {} : { email: t('form.missingContact') }),
        ...refused,
      }
    : refused;
  const change = (name: keyof typeof empty, value: string): void => setValues({ ...values, [name]: value });
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (values.displayName.trim() && (values.email.trim() || values.phone.trim())) adding.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {adding.isError && <ProblemAlert title={t('form.failedAdd')} error={adding.error} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {fields.map((name) => (
            <TextInput
              key={name}
              label={t(`form.${name}`)}
              description={name === 'phone' ? t('form.phoneHint') : undefined}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              type={name === 'email' ? 'email' : name === 'phone' ? 'tel' : 'text'}
              value={values[name]}
              maxLength={254}
              autoComplete="off"
              data-autofocus={name === 'displayName' || undefined}
              error={errors[name]}
              onChange={(event) => change(name, event.currentTarget.value)}
              data-testid={`person-${name}`}
            />
          ))}
          <NativeSelect
            label={t('form.role')}
            value={role}
            error={errors['role']}
            onChange={(event) => setRole(event.currentTarget.value as RoleSlug)}
            data={roleSlugs.map((value) => ({ value, label: t(`roles.${value}`) }))}
            data-testid="person-role"
          />
        </SimpleGrid>
        <PasswordInput
          label={t('form.password')}
          description={t('form.passwordHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={values.password}
          maxLength={1024}
          autoComplete="new-password"
          error={errors['password']}
          onChange={(event) => change('password', event.currentTarget.value)}
          data-testid="person-password"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={adding.isPending} data-testid="person-add">
            {t('form.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
