import { Alert, Badge, Group, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { accessRoutes } from '../../../shared/identity/access.ts';
import type { NewRoleInput, RoleView } from '../../../shared/identity/access.ts';
import { api } from '../../kernel/api.ts';
import { refreshMe } from '../../kernel/switch-organization.ts';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { Loaded, WorkedIn } from '../organizations/loaded.tsx';
import classes from './access.module.css';
import { BackLink } from './back-link.tsx';
import { rolesIn, useAccessRefresh } from './queries.ts';
import { RemoveRole } from './remove-role.tsx';
import { changesIn, draftOf } from './role-draft.ts';
import { RoleForm } from './role-form.tsx';
import { RoleSays } from './role-says.tsx';
import { useRoleAbout } from './use-role-about.ts';

/** `/admin/roles/:roleId` */
export function RolePage() {
  const { roleId = '' } = useParams();
  return <WorkedIn>{(id) => <Loader key={`${id}${roleId}`} organizationId={id} roleId={roleId} />}</WorkedIn>;
}

function Loader({ organizationId, roleId }: { organizationId: string; roleId: string }) {
  const { t } = useTranslation('access');
  const query = useQuery(rolesIn(organizationId));
  return (
    <Stack>
      <BackLink to="/admin/roles" text={t('role.back')} />
      <Loaded query={query}>
        {({ items }) => {
          const role = items.find(({ id }) => id === roleId);
          return role ? (
            <Role organizationId={organizationId} role={role} roles={items} />
          ) : (
            <Text>{t('role.gone')}</Text>
          );
        }}
      </Loaded>
    </Stack>
  );
}

interface RoleProps {
  organizationId: string;
  role: RoleView;
  roles: readonly RoleView[];
}

function Role({ organizationId, role, roles }: RoleProps) {
  const { t } = useTranslation('access');
  const { permissions } = useMe();
  const about = useRoleAbout();
  usePageTitle(role.name);
  const parent = roles.find(({ id }) => id === role.parentRoleId);
  const changeable = !role.isSystem && permissions.includes('role.manage');
  return (
    <Stack gap="lg">
      <div>
        <Group gap="sm">
          <Title order={2} className={classes.text} flex="0 1 auto" data-testid="role-title">
            {role.name}
          </Title>
          <Badge variant="light" color="gray" tt="none">
            {t('level', { level: role.level })}
          </Badge>
        </Group>
        <Text c="dimmed" data-testid="role-holders">
          {[
            role.holders === 0 ? t('nobodyHas') : t('roles.holders', { count: role.holders }),
            ...(parent ? [t('roles.inherits', { name: parent.name })] : []),
            ...(role.type === 'course' ? [t('roles.inCourse')] : []),
          ].join(' · ')}
        </Text>
        {!changeable && about(role) && <Text mt="xs">{about(role)}</Text>}
      </div>
      {changeable ? (
        <Changeable organizationId={organizationId} role={role} roles={roles} />
      ) : (
        <>
          <Alert icon={<IconInfoCircle aria-hidden />}>
            {t(role.isSystem ? 'role.systemNote' : 'role.readNote')}
          </Alert>
          <RoleSays role={role} roles={roles} />
        </>
      )}
    </Stack>
  );
}

function Changeable({ organizationId, role, roles }: RoleProps) {
  const { t } = useTranslation('access');
  const client = useQueryClient();
  const refresh = useAccessRefresh(organizationId);
  const save = async (input: NewRoleInput): Promise<RoleView> => {
    const body = changesIn(input, role);
    if (Object.keys(body).length === 0) return role;
    return api.call(accessRoutes.updateRole, { params: { organizationId, roleId: role.id }, body });
  };
  const saved = (now: RoleView): void => {
    client.setQueryData(rolesIn(organizationId).queryKey, (before) => ({
      items: (before?.items ?? []).map((one) => (one.id === now.id ? now : one)),
    }));
    notifications.show({ message: t('form.saved', { name: now.name }) });
    void refresh();
    // It may be a role of one's own.
    void refreshMe();
  };
  return (
    <>
      <RoleForm
        organizationId={organizationId}
        roles={roles}
        role={role}
        initial={draftOf(role)}
        save={save}
        onSaved={saved}
      />
      <RemoveRole organizationId={organizationId} role={role} />
    </>
  );
}
