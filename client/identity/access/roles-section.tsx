import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { accessRoutes } from '../../../shared/identity/access.ts';
import type { AssignmentView } from '../../../shared/identity/access.ts';
import { api } from '../../kernel/api.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import classes from './access.module.css';
import { GiveRoleDialog } from './give-role-dialog.tsx';
import { GivenList } from './given-list.tsx';
import { hasEnded, useGivenText } from './given-text.ts';
import type { PersonAccessProps } from './person-access-page.tsx';
import { assignmentsOf, useAccessRefresh } from './queries.ts';

/** Roles that somebody has besides the one of the account. */
export function RolesSection({ organizationId, person, mayGive }: PersonAccessProps & { mayGive: boolean }) {
  const { t } = useTranslation('access');
  const [giving, dialog] = useDisclosure(false);
  const query = useInfiniteQuery(assignmentsOf(organizationId, person.id));
  return (
    <>
      <GivenList
        id="more-roles"
        title={t('person.roles')}
        lead={t('person.rolesLead')}
        empty={t('person.rolesEmpty')}
        query={query}
        action={
          mayGive && (
            <Button
              size="xs"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={dialog.open}
              data-testid="give-role"
            >
              {t('give.role')}
            </Button>
          )
        }
      >
        {(one) => (
          <AssignmentRow
            key={one.id}
            organizationId={organizationId}
            name={person.displayName}
            assignment={one}
            mayTake={mayGive}
          />
        )}
      </GivenList>
      <GiveRoleDialog
        organizationId={organizationId}
        person={person}
        opened={giving}
        onClose={dialog.close}
      />
    </>
  );
}

interface AssignmentRowProps {
  organizationId: string;
  name: string;
  assignment: AssignmentView;
  mayTake: boolean;
}

function AssignmentRow({ organizationId, name, assignment, mayTake }: AssignmentRowProps) {
  const { t } = useTranslation('access');
  const { where, facts } = useGivenText();
  const refresh = useAccessRefresh(organizationId);
  const [asking, dialog] = useDisclosure(false);
  const { id: assignmentId, role } = assignment;
  return (
    <li className={classes.row} data-testid="assignment-row">
      <div className={classes.text}>
        <Group gap="xs">
          <Link to={`/admin/roles/${role.id}`} className={classes.link}>
            {role.name}
          </Link>
          {hasEnded(assignment) && (
            <Badge variant="light" color="gray" tt="none">
              {t('person.hasEnded')}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {facts(assignment)}
        </Text>
      </div>
      {mayTake && (
        <Button
          size="xs"
          variant="subtle"
          color="red"
          aria-label={t('person.takeBackNamed', { what: `${role.name}, ${where(assignment)}` })}
          onClick={dialog.open}
          data-testid="assignment-take"
        >
          {t('person.takeBack')}
        </Button>
      )}
      <ConfirmDialog
        title={t('give.takeTitle', { role: role.name })}
        text={t('give.takeText', { name })}
        submit={t('person.takeBack')}
        done={t('give.taken', { role: role.name })}
        failed={t('give.takeFailed')}
        opened={asking}
        onClose={dialog.close}
        act={() => api.call(accessRoutes.revoke, { params: { organizationId, assignmentId } })}
        onDone={() => void refresh()}
      />
    </li>
  );
}
