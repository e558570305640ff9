import { Alert, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle, IconUserQuestion } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { PersonDetailView } from '../../../shared/identity/people.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { WorkedIn } from '../organizations/loaded.tsx';
import { onePerson } from '../people/queries.ts';
import classes from './access.module.css';
import { BackLink } from './back-link.tsx';
import { GrantsSection } from './grants-section.tsx';
import { PrimaryRole } from './primary-role.tsx';
import { RolesSection } from './roles-section.tsx';

/** `/admin/people/:userId/access` */
export function PersonAccessPage() {
  const { userId = '' } = useParams();
  return <WorkedIn>{(id) => <Loader key={`${id}${userId}`} organizationId={id} userId={userId} />}</WorkedIn>;
}

function Loader({ organizationId, userId }: { organizationId: string; userId: string }) {
  const { t } = useTranslation(['access', 'kernel']);
  const person = useQuery(onePerson(organizationId, userId));
  usePageTitle(person.data && `${person.data.displayName}: ${t('person.title')}`);
  if (!person.data && person.isError)
    return (
      <ProblemAlert title={t('loadFailed')} error={person.error} onRetry={() => void person.refetch()} />
    );
  if (!person.data)
    return <Skeleton height={320} radius="md" role="status" aria-label={t('kernel:loading')} />;
  return <Access organizationId={organizationId} person={person.data} />;
}

/** One person's roles and exceptions; what is given to whom. */
export interface PersonAccessProps {
  organizationId: string;
  person: PersonDetailView;
}

function Access({ organizationId, person }: PersonAccessProps) {
  const { t } = useTranslation('access');
  const { permissions } = useMe();
  const name = person.displayName;
  const note = noteOn(person);
  const mayGive = permissions.includes('role.assign') && note === null;
  return (
    <Stack gap="lg">
      <BackLink to={`/admin/people/${person.id}`} text={t('person.back', { name })} />
      <Group justify="space-between">
        <Group wrap="nowrap" className={classes.text}>
          <PersonAvatar userId={person.id} name={name} size={48} src={person.avatarUrl} />
          <div className={classes.text}>
            <Title order={2} data-testid="access-of">
              {name}
            </Title>
            <Text c="dimmed">{t('person.title')}</Text>
          </div>
        </Group>
        <Button
          component={Link}
          to={`/admin/access?person=${person.id}`}
          variant="default"
          leftSection={<IconUserQuestion size={18} aria-hidden />}
          data-testid="to-explorer"
        >
          {t('person.why', { name })}
        </Button>
      </Group>
      {permissions.includes('role.assign') && note && (
        <Alert icon={<IconInfoCircle aria-hidden />}>{t(`person.${note}`)}</Alert>
      )}
      <PrimaryRole organizationId={organizationId} person={person} mayChange={mayGive} />
      <RolesSection organizationId={organizationId} person={person} mayGive={mayGive} />
      <GrantsSection organizationId={organizationId} person={person} mayGive={mayGive} />
    </Stack>
  );
}

/** Why nothing can be changed here, as far as the page knows. The server decides anew. */
function noteOn({ isSelf, handsOff, status }: PersonDetailView): 'self' | 'higher_level' | 'deleted' | null {
  if (isSelf) return 'self';
  if (status === 'deleted') return 'deleted';
  return handsOff === 'higher_level' ? handsOff : null;
}
