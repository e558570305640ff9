import { Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionRoutes } from '../../../shared/identity/sessions.ts';
import type { MemberDeviceView } from '../../../shared/identity/sessions.ts';
import { api } from '../../kernel/api.ts';
import { NotFoundPage } from '../../kernel/ui/not-found-page.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { DeviceList } from './device-list.tsx';
import { EndDialog } from './end-dialog.tsx';
import { organizationDevices } from './queries.ts';

/** `/admin/sessions` */
export function OrganizationSessionsPage() {
  const { organizationId } = useMe();
  return organizationId ? <Sessions organizationId={organizationId} /> : <NotFoundPage />;
}

function Sessions({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('sessions');
  const mayEnd = useMe().permissions.includes('user.suspend');
  const options = organizationDevices(organizationId);
  const query = useInfiniteQuery(options);
  const client = useQueryClient();
  const [ending, setEnding] = useState<MemberDeviceView | null>(null);
  usePageTitle(t('adminTitle'));

  const end = async (authSessionId: string): Promise<string> => {
    await api.call(sessionRoutes.endOfOrganization, { params: { organizationId, authSessionId } });
    await client.invalidateQueries({ queryKey: options.queryKey });
    return t('dialog.done');
  };

  return (
    <Stack gap="lg" maw={820}>
      <div>
        <Title order={2}>{t('adminTitle')}</Title>
        <Text c="dimmed">{t('adminLead')}</Text>
      </div>
      <DeviceList
        query={query}
        empty={t('empty')}
        ownerOf={({ userName }) => userName}
        mayEnd={({ current }) => mayEnd && !current}
        onEnd={setEnding}
      />
      {ending && (
        <EndDialog
          title={t('dialog.one')}
          text={`${ending.userName}: ${t('dialog.oneText')}`}
          end={() => end(ending.id)}
          onClose={() => setEnding(null)}
        />
      )}
    </Stack>
  );
}
