import { Button, Paper, Skeleton, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './sessions.module.css';

interface DeviceListProps<T> {
  query: {
    data: { pages: { items: T[] }[] } | undefined;
    isError: boolean;
    error: unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
  empty: string;
  row: (item: T) => ReactNode;
}

/** A list of devices that is read page by page. */
export function DeviceList<T>({ query, empty, row }: DeviceListProps<T>) {
  const { t } = useTranslation(['sessions', 'kernel']);
  if (!query.data && query.isError)
    return <ProblemAlert title={t('failed')} error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data)
    return <Skeleton height={200} radius="md" role="status" aria-label={t('kernel:loading')} />;
  const items = query.data.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      {items.length === 0 ? (
        <Text c="dimmed">{empty}</Text>
      ) : (
        <Paper withBorder px="lg" py="xs" radius="md">
          <ul className={classes.list}>{items.map(row)}</ul>
        </Paper>
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          style={{ alignSelf: 'center' }}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('kernel:loadMore')}
        </Button>
      )}
    </Stack>
  );
}
