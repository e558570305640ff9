import {
  Alert,
  Anchor,
  Badge,
  Button,
  Group,
  Paper,
  SimpleGrid,
  Skeleton,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowLeft, IconInfoCircle, IconShieldLock } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode, SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { peopleRoutes } from '../../../shared/identity/people.ts';
import type { PersonDetailView } from '../../../shared/identity/people.ts';
import { api } from '../../kernel/api.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { PersonFieldsSection } from '../custom-fields/person-fields-section.tsx';
import { SchoolCode } from '../guardians/school-code.tsx';
import { OrganizationGate } from './organization-gate.tsx';
import classes from './people.module.css';
import { PersonActions } from './person-actions.tsx';
import { fieldErrors } from './person-form.ts';
import { onePerson, peopleKey } from './queries.ts';
import { StatusBadge } from './status-badge.tsx';
import { WorkSection } from './work-section.tsx';

/** One person, and what can be done for and about them. */
export function PersonPage() {
  const { userId = '' } = useParams();
  return (
    <OrganizationGate>
      {(id) => <Loader key={`${id}${userId}`} organizationId={id} userId={userId} />}
    </OrganizationGate>
  );
}

function Loader({ organizationId, userId }: { organizationId: string; userId: string }) {
  const { t } = useTranslation('people');
  const person = useQuery(onePerson(organizationId, userId));
  usePageTitle(person.data?.displayName);
  return (
    <Stack>
      <Anchor component={Link} to="/admin/people" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={16} aria-hidden />
          {t('person.back')}
        </Group>
      </Anchor>
      {person.isPending && <Skeleton height={320} radius="md" />}
      {person.isError && (
        <ProblemAlert
          title={t('person.loadFailed')}
          error={person.error}
          onRetry={() => void person.refetch()}
        />
      )}
      {person.data && <Person person={person.data} organizationId={organizationId} />}
    </Stack>
  );
}

interface PersonProps {
  person: PersonDetailView;
  organizationId: string;
}

function Person({ person, organizationId }: PersonProps) {
  const { t } = useTranslation(['people', 'access']);
  const { permissions } = useMe();
  const mayUpdate =
    permissions.includes('user.update') && person.handsOff === null && person.status !== 'deleted';
  return (
    <>
      <Group wrap="nowrap">
        <PersonAvatar userId={person.id} name={person.displayName} size={56} />
        <div>
          <Title order={2} data-testid="person-name" className={classes.cell}>
            {person.displayName}
          </Title>
          <Group gap="xs">
            <Text c="dimmed" size="sm">
              {t(`roles.${person.role}`)}
            </Text>
            <StatusBadge status={person.status} />
            {person.status !== 'deleted' && (
              <Anchor component={Link} to={`/people/${person.id}`} size="sm" data-testid="person-profile">
                {t('person.profile')}
              </Anchor>
            )}
          </Group>
        </div>
      </Group>
      <Standing person={person} />
      <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="account-title">
        <Group justify="space-between" mb="sm">
          <Title order={3} size="h4" id="account-title">
            {t('person.account')}
          </Title>
          {permissions.includes('role.read') && (
            <Button
              component={Link}
              to={`/admin/people/${person.id}/access`}
              size="xs"
              variant="default"
              leftSection={<IconShieldLock size={16} aria-hidden />}
              data-testid="person-access"
            >
              {t('access:person.link')}
            </Button>
          )}
        </Group>
        <Facts person={person} />
        <PersonActions person={person} organizationId={organizationId} />
      </Paper>
      <Paper withBorder p="lg" radius="md" component="section" aria-labelledby="details-title">
        <Title order={3} size="h4" mb="sm" id="details-title">
          {t('person.details')}
        </Title>
        <PersonForm person={person} organizationId={organizationId} disabled={!mayUpdate} />
      </Paper>
      <WorkSection person={person} organizationId={organizationId} disabled={!mayUpdate} />
      <PersonFieldsSection organizationId={organizationId} person={person} disabled={!mayUpdate} />
      {mayUpdate && person.role === 'student' && (
        <SchoolCode organizationId={organizationId} userId={person.id} />
      )}
    </>
  );
}

/** What is unusual about the account. */
function Standing({ person }: { person: PersonDetailView }) {
  const { t } = useTranslation('people');
  const { status, security, suspendedUntil, restorableUntil } = person;
  const notes: string[] = [];
  if (person.handsOff) notes.push(t(`person.${person.handsOff}`));
  if (person.isSelf) notes.push(t('person.self'));
  if (status === 'suspended') {
    notes.push(
      suspendedUntil
        ? t('person.suspendedUntil', { moment: formatMoment(suspendedUntil) })
        : t('person.suspended'),
    );
    if (security?.suspensionReason) notes.push(t('person.reason', { reason: security.suspensionReason }));
  }
  if (status === 'deleted' && restorableUntil)
    notes.push(t('person.deleted', { moment: formatMoment(restorableUntil) }));
  if (security?.lockedUntil) notes.push(t('person.locked', { moment: formatMoment(security.lockedUntil) }));
  if (notes.length === 0) return null;
  return (
    <Alert icon={<IconInfoCircle aria-hidden />} color={status === 'active' ? 'blue' : 'orange'}>
      {notes.map((note) => (
        <Text key={note} size="sm">
          {note}
        </Text>
      ))}
    </Alert>
  );
}

function Facts({ person }: { person: PersonDetailView }) {
  const { t } = useTranslation('people');
  const { security } = person;
  const confirmed = (is: boolean): string => (is ? t('person.confirmed') : t('person.notConfirmed'));
  return (
    <dl className={classes.facts}>
      <Fact name={t('person.code')}>{person.code}</Fact>
      {person.email && (
        <Fact name={t('form.email')}>
          {person.email} ({confirmed(person.emailVerified)})
        </Fact>
      )}
      {person.phone && (
        <Fact name={t('form.phone')}>
          {person.phone} ({confirmed(person.phoneVerified)})
        </Fact>
      )}
      <Fact name={t('person.lastSignIn')}>
        {person.lastSignInAt ? formatMoment(person.lastSignInAt) : t('never')}
      </Fact>
      <Fact name={t('person.created')}>{formatMoment(person.createdAt)}</Fact>
      {security && (
        <>
          <Fact name={t('person.sessions')}>{t('person.devices', { count: security.sessions })}</Fact>
          <Fact name={t('person.password')}>
            {security.hasPassword ? t('person.hasPassword') : t('person.noPassword')}
            {security.mustChangePassword && ` (${t('person.mustChange')})`}
          </Fact>
          <Fact name={t('person.secondFactor')}>
            {security.twoFactorEnabled ? t('person.on') : t('person.off')}
          </Fact>
        </>
      )}
      <Fact name={t('person.memberships')}>
        {person.memberships.map(({ organizationId, name, role, isPrimary }) => (
          <Group key={organizationId} gap={6}>
            <span>
              {name} ({t(`membership.${role}`)})
            </span>
            {isPrimary && (
              <Badge size="xs" variant="light" tt="none">
                {t('person.primary')}
              </Badge>
            )}
          </Group>
        ))}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const names = ['displayName', 'firstName', 'lastName', 'username', 'email', 'phone'] as const;
type Name = (typeof names)[number];
/** What an account can be without. */
const clearable = new Set<Name>(['username', 'email', 'phone']);

function PersonForm({ person, organizationId, disabled }: PersonProps & { disabled: boolean }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const [values, setValues] = useState<Partial<Record<Name, string>>>({});
  const saving = useMutation({
    mutationFn: (body: Record<string, string | null>) =>
      api.call(peopleRoutes.update, { params: { organizationId, userId: person.id }, body }),
    onSuccess: (saved) => {
      setValues({});
      client.setQueryData(onePerson(organizationId, person.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: [...peopleKey(organizationId), 'list'] });
      notifications.show({ message: t('form.saved') });
    },
  });
  const changed = names.filter((name) => (values[name] ?? person[name] ?? '') !== (person[name] ?? ''));
  const errors = fieldErrors(saving.error, t('form.taken'));
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.mutate(
      Object.fromEntries(
        changed.map((name) => {
          const value = values[name]?.trim() ?? '';
          return [name, value === '' && clearable.has(name) ? null : value];
        }),
      ),
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {saving.isError && <ProblemAlert title={t('form.failedSave')} error={saving.error} />}
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {names.map((name) => (
            <TextInput
              key={name}
              label={t(`form.${name}`)}
              value={values[name] ?? person[name] ?? ''}
              maxLength={254}
              autoComplete="off"
              disabled={disabled || (person.isSelf && (name === 'email' || name === 'phone'))}
              error={errors[name]}
              onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
              data-testid={`person-${name}`}
            />
          ))}
        </SimpleGrid>
        {!disabled && (
          <Group justify="flex-end">
            <Button
              type="submit"
              disabled={changed.length === 0}
              loading={saving.isPending}
              data-testid="person-save"
            >
              {t('form.save')}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
