import { Button, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { apiKeyRoutes } from '../../../shared/identity/api-keys.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { WorkedIn } from '../organizations/loaded.tsx';
import classes from './api-keys.module.css';
import { KeyRow } from './key-row.tsx';
import { apiKeysIn } from './queries.ts';

/** `/admin/api-keys`: every key of the organization. */
export function OrganizationKeysPage() {
  const { t } = useTranslation('apiKeys');
  usePageTitle(t('title'));
  return (
    <Stack gap="lg">
      <div>
        <Title order={2}>{t('title')}</Title>
        <Text c="dimmed">{t('admin.lead')}</Text>
      </div>
      <WorkedIn>{(organizationId) => <Keys organizationId={organizationId} />}</WorkedIn>
    </Stack>
  );
}

function Keys({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation(['apiKeys', 'kernel']);
  const query = useInfiniteQuery(apiKeysIn(organizationId));
  const items = query.data?.pages.flatMap((page) => page.items);
  if (!items && query.isError)
    return <ProblemAlert title={t('loadFailed')} error={query.error} onRetry={() => void query.refetch()} />;
  if (!items) return <Skeleton height={160} radius="md" role="status" aria-label={t('kernel:loading')} />;
  if (items.length === 0) return <Text data-testid="api-keys-empty">{t('admin.empty')}</Text>;
  return (
    <Paper withBorder px="lg" radius="md">
      <ul className={classes.list}>
        {items.map((one) => (
          <KeyRow
            key={one.id}
            apiKey={one}
            owner={one.owner.displayName}
            revoke={() => api.call(apiKeyRoutes.revokeIn, { params: { organizationId, apiKeyId: one.id } })}
          />
        ))}
      </ul>
      {query.isFetchNextPageError && <ProblemAlert title={t('loadFailed')} error={query.error} />}
      {query.hasNextPage && (
        <Group justify="center" my="sm">
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t('kernel:loadMore')}
          </Button>
        </Group>
      )}
    </Paper>
  );
}
