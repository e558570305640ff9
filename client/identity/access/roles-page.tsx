import { Badge, Button, Group, Paper, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { RoleView } from '../../../shared/identity/access.ts';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { Loaded, WorkedIn } from '../organizations/loaded.tsx';
import classes from './access.module.css';
import { rolesIn } from './queries.ts';
import { rolesById } from './use-roles.ts';
import { useRoleAbout } from './use-role-about.ts';

/** `/admin/roles` */
export function RolesPage() {
  return <WorkedIn>{(id) => <Roles key={id} organizationId={id} />}</WorkedIn>;
}

function Roles({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('access');
  const { permissions } = useMe();
  const query = useQuery(rolesIn(organizationId));
  usePageTitle(t('roles.title'));
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start">
        <div style={{ flex: '1 1 300px' }}>
          <Title order={2}>{t('roles.title')}</Title>
          <Text c="dimmed">{t('roles.lead')}</Text>
        </div>
        {permissions.includes('role.manage') && (
          <Button
            component={Link}
            to="/admin/roles/new"
            leftSection={<IconPlus size={18} aria-hidden />}
            data-testid="role-new"
          >
            {t('roles.add')}
          </Button>
        )}
      </Group>
      <Loaded query={query}>{({ items }) => <Lists roles={items} />}</Loaded>
    </Stack>
  );
}

function Lists({ roles }: { roles: readonly RoleView[] }) {
  const { t } = useTranslation('access');
  const own = roles.filter(({ isSystem }) => !isSystem);
  const system = roles.filter(({ isSystem }) => isSystem);
  const byId = rolesById(roles);
  return (
    <>
      <VisuallyHidden aria-live="polite">{t('roles.shown', { count: roles.length })}</VisuallyHidden>
      <section aria-labelledby="own-roles">
        <Title order={3} size="h4" mb="xs" id="own-roles">
          {t('roles.own')}
        </Title>
        {own.length === 0 ? (
          <Text data-testid="roles-empty">{t('roles.ownEmpty')}</Text>
        ) : (
          <RoleList roles={own} byId={byId} />
        )}
      </section>
      <section aria-labelledby="system-roles">
        <Title order={3} size="h4" mb="xs" id="system-roles">
          {t('roles.system')}
        </Title>
        <RoleList roles={system} byId={byId} />
      </section>
    </>
  );
}

interface RoleListProps {
  roles: readonly RoleView[];
  byId: ReadonlyMap<string, RoleView>;
}

function RoleList({ roles, byId }: RoleListProps) {
  return (
    <Paper withBorder radius="md">
      <ul className={classes.rows}>
        {roles.map((role) => (
          <RoleRow key={role.id} role={role} parent={byId.get(role.parentRoleId ?? '')} />
        ))}
      </ul>
    </Paper>
  );
}

function RoleRow({ role, parent }: { role: RoleView; parent: RoleView | undefined }) {
  const { t } = useTranslation('access');
  const about = useRoleAbout();
  const facts = [
    role.holders === 0 ? t('nobodyHas') : t('roles.holders', { count: role.holders }),
    ...(parent ? [t('roles.inherits', { name: parent.name })] : []),
    ...(role.type === 'course' ? [t('roles.inCourse')] : []),
  ];
  return (
    <li className={classes.row} data-testid="role-row">
      <div className={classes.text}>
        <Link to={`/admin/roles/${role.id}`} className={classes.link}>
          {role.name}
        </Link>
        {about(role) && <Text size="sm">{about(role)}</Text>}
        <Text size="sm" c="dimmed">
          {facts.join(' · ')}
        </Text>
      </div>
      <Badge variant="light" color="gray" tt="none">
        {t('level', { level: role.level })}
      </Badge>
    </li>
  );
}
