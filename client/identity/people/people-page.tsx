import { Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconUpload } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { peopleFilter } from '../../../shared/identity/people.ts';
import type { PersonView } from '../../../shared/identity/people.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useAddressFilters } from '../../kernel/use-address-filters.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { NewPersonDialog } from './new-person-dialog.tsx';
import { OrganizationGate } from './organization-gate.tsx';
import { PeopleFilters } from './people-filters.tsx';
import classes from './people.module.css';
import { peopleList } from './queries.ts';
import type { PeopleQuery } from './queries.ts';
import { StatusBadge } from './status-badge.tsx';

/** The people of the organization one works in. */
export function PeoplePage() {
  return <OrganizationGate>{(id) => <People key={id} organizationId={id} />}</OrganizationGate>;
}

/** What the page has fields for. */
const filterShape = peopleFilter.omit({ employeeId: true, cursor: true, limit: true }).shape;

function People({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('people');
  const { permissions } = useMe();
  usePageTitle(t('list.title'));
  const { filter: query, set, clear, cleared } = useAddressFilters<PeopleQuery>(filterShape);
  const [adding, addDialog] = useDisclosure(false);
  const list = useInfiniteQuery({ ...peopleList(organizationId, query), placeholderData: keepPreviousData });
  const narrowed = Object.keys(query).some((name) => name !== 'sort');
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={2}>{t('list.title')}</Title>
        {permissions.includes('user.create') && (
          <Group gap="xs">
            <Button
              component={Link}
              to="/admin/people/import"
              variant="default"
              leftSection={<IconUpload size={18} aria-hidden />}
              data-testid="people-import"
            >
              {t('list.import')}
            </Button>
            <Button
              leftSection={<IconPlus size={18} aria-hidden />}
              onClick={addDialog.open}
              data-testid="people-add"
            >
              {t('list.add')}
            </Button>
          </Group>
        )}
      </Group>
      <PeopleFilters key={cleared} query={query} onChange={set} />
      <PagedList
        query={list}
        failed={t('list.failed')}
        empty={
          <Stack align="flex-start" data-testid="people-empty">
            <Text>{narrowed ? t('list.nobody') : t('list.empty')}</Text>
            {narrowed && (
              <Button variant="default" onClick={clear}>
                {t('list.clear')}
              </Button>
            )}
          </Stack>
        }
        shown={(count) => t('list.shown', { count })}
      >
        {(people) => (
          <>
            <PeopleTable people={people} />
            <PeopleCards people={people} />
          </>
        )}
      </PagedList>
      <NewPersonDialog organizationId={organizationId} opened={adding} onClose={addDialog.close} />
    </Stack>
  );
}

function PeopleTable({ people }: { people: PersonView[] }) {
  const { t } = useTranslation('people');
  return (
    <Table visibleFrom="sm" highlightOnHover verticalSpacing="sm" data-testid="people-table">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('list.name')}</Table.Th>
          <Table.Th>{t('list.code')}</Table.Th>
          <Table.Th>{t('list.role')}</Table.Th>
          <Table.Th>{t('list.status')}</Table.Th>
          <Table.Th>{t('list.lastSignIn')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {people.map((person) => (
          <Table.Tr key={person.id} data-testid="person-row">
            <Table.Td>
              <Group gap="sm" wrap="nowrap">
                <PersonAvatar userId={person.id} name={person.displayName} size={32} />
                <div>
                  <Link to={`/admin/people/${person.id}`} className={classes.link}>
                    {person.displayName}
                  </Link>
                  <Text size="xs" c="dimmed" className={classes.cell}>
                    {person.email ?? person.phone}
                  </Text>
                </div>
              </Group>
            </Table.Td>
            <Table.Td>{person.code}</Table.Td>
            <Table.Td>{t(`roles.${person.role}`)}</Table.Td>
            <Table.Td>
              <StatusBadge status={person.status} />
            </Table.Td>
            <Table.Td>{person.lastSignInAt ? formatMoment(person.lastSignInAt) : t('never')}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function PeopleCards({ people }: { people: PersonView[] }) {
  const { t } = useTranslation('people');
  return (
    <Stack hiddenFrom="sm" gap="xs">
      {people.map((person) => (
        <Card key={person.id} withBorder padding="sm" radius="md">
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <PersonAvatar userId={person.id} name={person.displayName} size={36} />
            <Stack gap={2} flex={1} miw={0}>
              <Group justify="space-between" wrap="nowrap" align="flex-start">
                <Link to={`/admin/people/${person.id}`} className={classes.link}>
                  {person.displayName}
                </Link>
                <StatusBadge status={person.status} />
              </Group>
              <Text size="sm" className={classes.cell}>
                {person.email ?? person.phone}
              </Text>
              <Text size="sm" c="dimmed">
                {[
                  t(`roles.${person.role}`),
                  person.code,
                  person.lastSignInAt ? formatMoment(person.lastSignInAt) : t('list.neverSignedIn'),
                ].join(' · ')}
              </Text>
            </Stack>
          </Group>
        </Card>
      ))}
    </Stack>
  );
}
