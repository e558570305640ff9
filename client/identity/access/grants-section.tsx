import { Badge, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accessRoutes } from '../../../shared/identity/access.ts';
import type { GrantView } from '../../../shared/identity/access.ts';
import { permissionCatalogue } from '../../../shared/identity/permissions.ts';
import { api } from '../../kernel/api.ts';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import classes from './access.module.css';
import { GivenList } from './given-list.tsx';
import { hasEnded, useGivenText } from './given-text.ts';
import { GrantDialog } from './grant-dialog.tsx';
import type { PersonAccessProps } from './person-access-page.tsx';
import { grantsOf, useAccessRefresh } from './queries.ts';

/** What somebody was allowed or denied by name. */
export function GrantsSection({ organizationId, person, mayGive }: PersonAccessProps & { mayGive: boolean }) {
  const { t } = useTranslation('access');
  const [giving, dialog] = useDisclosure(false);
  const query = useInfiniteQuery(grantsOf(organizationId, person.id));
  return (
    <>
      <GivenList
        id="single-permissions"
        title={t('person.grants')}
        lead={t('person.grantsLead')}
        empty={t('person.grantsEmpty')}
        query={query}
        action={
          mayGive && (
            <Button
              size="xs"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={dialog.open}
              data-testid="grant-open"
            >
              {t('grant.open')}
            </Button>
          )
        }
      >
        {(one) => (
          <GrantRow
            key={one.id}
            organizationId={organizationId}
            name={person.displayName}
            grant={one}
            mayTake={mayGive}
          />
        )}
      </GivenList>
      <GrantDialog organizationId={organizationId} person={person} opened={giving} onClose={dialog.close} />
    </>
  );
}

interface GrantRowProps {
  organizationId: string;
  name: string;
  grant: GrantView;
  mayTake: boolean;
}

function GrantRow({ organizationId, name, grant, mayTake }: GrantRowProps) {
  const { t } = useTranslation('access');
  const { where, facts } = useGivenText();
  const refresh = useAccessRefresh(organizationId);
  const [asking, dialog] = useDisclosure(false);
  const { id: grantId, permission, granted } = grant;
  const what = permissionCatalogue[permission];
  return (
    <li className={classes.row} data-testid="grant-row">
      <div className={classes.text}>
        <Group gap="xs">
          <Text fw={600}>{what}</Text>
          <Badge variant="light" color={granted ? undefined : 'red'} tt="none">
            {t(granted ? 'person.allowed' : 'person.denied')}
          </Badge>
          {hasEnded(grant) && (
            <Badge variant="light" color="gray" tt="none">
              {t('person.hasEnded')}
            </Badge>
          )}
        </Group>
        <Text className={classes.code}>{permission}</Text>
        <Text size="sm" c="dimmed">
          {facts(grant)}
        </Text>
      </div>
      {mayTake && (
        <Button
          size="xs"
          variant="subtle"
          color="red"
          aria-label={t('person.takeBackNamed', { what: `${what}, ${where(grant)}` })}
          onClick={dialog.open}
          data-testid="grant-take"
        >
          {t('person.takeBack')}
        </Button>
      )}
      <ConfirmDialog
        title={t(granted ? 'grant.takeTitleAllowed' : 'grant.takeTitleDenied', { name })}
        text={t('grant.takeText', { permission: what })}
        submit={t('person.takeBack')}
        done={t('grant.taken')}
        failed={t('grant.takeFailed')}
        opened={asking}
        onClose={dialog.close}
        act={() => api.call(accessRoutes.ungrant, { params: { organizationId, grantId } })}
        onDone={() => void refresh()}
      />
    </li>
  );
}
