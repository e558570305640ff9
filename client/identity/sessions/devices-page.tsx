import { Button, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionRoutes } from '../../../shared/identity/sessions.ts';
import type { DeviceView } from '../../../shared/identity/sessions.ts';
import { api } from '../../kernel/api.ts';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { DeviceList } from './device-list.tsx';
import { EndDialog } from './end-dialog.tsx';
import { myDevices } from './queries.ts';

/** `/account/devices` */
export function DevicesPage() {
  const { t } = useTranslation('sessions');
  const query = useInfiniteQuery(myDevices);
  const client = useQueryClient();
  const [ending, setEnding] = useState<DeviceView | 'others' | null>(null);
  usePageTitle(t('title'));
  const others = (query.data?.pages ?? []).flatMap(({ items }) => items).some(({ current }) => !current);

  const end = async (): Promise<string> => {
    let message = t('dialog.done');
    if (ending === 'others') {
      const { ended } = await api.call(sessionRoutes.endAll, { body: { includeThis: false } });
      message = t('dialog.doneAll', { count: ended });
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
      {query.data &&
        (others ? (
          <Button
            variant="default"
            style={{ alignSelf: 'flex-start' }}
            onClick={() => setEnding('others')}
            data-testid="devices-end-others"
          >
            {t('endAll')}
          </Button>
        ) : (
          <Text c="dimmed">{t('alone')}</Text>
        ))}
      {ending && (
        <EndDialog
          title={t(ending === 'others' ? 'dialog.titleAll' : 'dialog.title')}
          text={t(ending === 'others' ? 'dialog.textAll' : 'dialog.text')}
          end={end}
          onClose={() => setEnding(null)}
        />
      )}
    </Stack>
  );
}
