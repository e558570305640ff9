import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionRoutes } from '../../../shared/identity/sessions.ts';
import type { DeviceView } from '../../../shared/identity/sessions.ts';
import { api } from '../../kernel/api.ts';
import { setSignedOut } from '../../kernel/sign-in-state.ts';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { DeviceList } from './device-list.tsx';
import { EndDialog } from './end-dialog.tsx';
import { myDevices } from './queries.ts';

/** `/account/devices` */
export function DevicesPage() {
  const { t } = useTranslation('sessions');
  const query = useInfiniteQuery(myDevices);
  const client = useQueryClient();
  const [ending, setEnding] = useState<DeviceView | 'others' | 'all' | null>(null);
  usePageTitle(t('title'));
  const asked = ending === 'others' || ending === 'all' ? ending : 'one';
  const others = (query.data?.pages ?? []).flatMap(({ items }) => items).some(({ current }) => !current);

  const end = async (): Promise<string> => {
    let message = t('dialog.done');
    if (ending === 'others') {
      const { ended } = await api.call(sessionRoutes.endAll, { body: { includeThis: false } });
      message = t('dialog.doneAll', { count: ended });
    } else if (ending === 'all') {
      const { ended } = await api.call(sessionRoutes.endAll, { body: { includeThis: true } });
      // Here too: the page of the sign-in takes this one's place.
      setSignedOut('none');
      return t('dialog.doneAll', { count: ended });
    } else if (ending) await api.call(sessionRoutes.end, { params: { authSessionId: ending.id } });
    await client.invalidateQueries({ queryKey: myDevices.queryKey });
    return message;
  };

  return (
    <Stack gap="lg" maw={720}>
      <div>
        <Title order={2}>{t('title')}</Title>
        <Text c="dimmed">{t('lead')}</Text>
      </div>
      <DeviceList
        query={query}
        empty={t('alone')}
        // This one is signed out with the menu of the account.
        mayEnd={({ current }) => !current}
        onEnd={setEnding}
      />
      {query.data && !others && <Text c="dimmed">{t('alone')}</Text>}
      {query.data && (
        <Group>
          {others && (
            <Button variant="default" onClick={() => setEnding('others')} data-testid="devices-end-others">
              {t('endAll')}
            </Button>
          )}
          <Button variant="subtle" color="red" onClick={() => setEnding('all')} data-testid="devices-end-all">
            {t('endEverywhere')}
          </Button>
        </Group>
      )}
      {ending && (
        <EndDialog
          title={t(`dialog.${asked}`)}
          text={t(`dialog.${asked}Text`)}
          end={end}
          onClose={() => setEnding(null)}
        />
      )}
    </Stack>
  );
}
