import { Paper, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { apiKeyRoutes } from '../../../shared/identity/api-keys.ts';
import { api } from '../../kernel/api.ts';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
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
  const { t } = useTranslation('apiKeys');
  const query = useInfiniteQuery(apiKeysIn(organizationId));
  return (
    <PagedList
      query={query}
      failed={t('loadFailed')}
      empty={<Text data-testid="api-keys-empty">{t('admin.empty')}</Text>}
    >
      {(items) => (
        <Paper withBorder px="lg" radius="md">
          <ul className={classes.list}>
            {items.map((one) => (
              <KeyRow
                key={one.id}
                apiKey={one}
                owner={one.owner.displayName}
                revoke={() =>
                  api.call(apiKeyRoutes.revokeIn, { params: { organizationId, apiKeyId: one.id } })
                }
              />
            ))}
          </ul>
        </Paper>
      )}
    </PagedList>
  );
}
