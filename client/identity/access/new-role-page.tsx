import { Stack, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { accessRoutes } from '../../../shared/identity/access.ts';
import { api } from '../../kernel/api.ts';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { Loaded, WorkedIn } from '../organizations/loaded.tsx';
import { BackLink } from './back-link.tsx';
import { rolesIn, useAccessRefresh } from './queries.ts';
import { emptyDraft } from './role-draft.ts';
import { RoleForm } from './role-form.tsx';

/** `/admin/roles/new` */
export function NewRolePage() {
  return <WorkedIn>{(id) => <NewRole key={id} organizationId={id} />}</WorkedIn>;
}

function NewRole({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('access');
  const navigate = useNavigate();
  const refresh = useAccessRefresh(organizationId);
  const query = useQuery(rolesIn(organizationId));
  usePageTitle(t('form.newTitle'));
  return (
    <Stack>
      <BackLink to="/admin/roles" text={t('role.back')} />
      <Title order={2}>{t('form.newTitle')}</Title>
      <Loaded query={query}>
        {({ items }) => (
          <RoleForm
            organizationId={organizationId}
            roles={items}
            role={null}
            initial={emptyDraft}
            save={(body) => api.call(accessRoutes.createRole, { params: { organizationId }, body })}
            onSaved={({ name }) => {
              notifications.show({ message: t('form.created', { name }) });
              void refresh();
              void navigate('/admin/roles');
            }}
          />
        )}
      </Loaded>
    </Stack>
  );
}
