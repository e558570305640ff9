import { Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { apiKeyRoutes } from '../../../shared/identity/api-keys.ts';
import type { NewApiKeyView } from '../../../shared/identity/api-keys.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import classes from './api-keys.module.css';
import { KeyRow } from './key-row.tsx';
import { KeyShown } from './key-shown.tsx';
import { NewKey } from './new-key.tsx';
import { myApiKeys } from './queries.ts';

/** `/account/api-keys` */
export function MyKeysPage() {
  const { t } = useTranslation('apiKeys');
  const [making, form] = useDisclosure(false);
  const [made, setMade] = useState<NewApiKeyView | null>(null);
  usePageTitle(t('title'));
  return (
    <Stack gap="lg" maw={820}>
      <Group justify="space-between" align="flex-start">
        <div style={{ flex: '1 1 260px' }}>
          <Title order={2}>{t('title')}</Title>
          <Text c="dimmed">{t('lead')}</Text>
        </div>
        {!making && (
          <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={form.open} data-testid="key-new">
            {t('make')}
          </Button>
        )}
      </Group>
      {making && (
        <NewKey
          onMade={(key) => {
            form.close();
            setMade(key);
          }}
          onCancel={form.close}
        />
      )}
      <KeyShown made={made} onDone={() => setMade(null)} />
      <Keys />
    </Stack>
  );
}

function Keys() {
  const { t } = useTranslation(['apiKeys', 'kernel']);
  const query = useQuery(myApiKeys);
  if (!query.data && query.isError)
    return <ProblemAlert title={t('loadFailed')} error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data)
    return <Skeleton height={160} radius="md" role="status" aria-label={t('kernel:loading')} />;
  const { items } = query.data;
  if (items.length === 0) return <Text data-testid="api-keys-empty">{t('empty')}</Text>;
  return (
    <Paper withBorder px="lg" radius="md">
      <ul className={classes.list}>
        {items.map((one) => (
          <KeyRow
            key={one.id}
            apiKey={one}
            revoke={() => api.call(apiKeyRoutes.revoke, { params: { apiKeyId: one.id } })}
          />
        ))}
      </ul>
    </Paper>
  );
}
