import { Box, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './problem-alert.tsx';

interface PagedListProps<T> {
  query: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  /** The title of what is said when the list cannot be loaded. */
  failed: string;
  /** Said instead of the list when nothing is in it. */
  empty: ReactNode;
  /** Says how many are shown, where that is worth a line. */
  shown?: (count: number) => string;
  /** The list, of at least one. */
  children: (items: T[]) => ReactNode;
}

/** A list that is read page by page. What has been shown stays, whatever fails after it. */
export function PagedList<T>({ query, failed, empty, shown, children }: PagedListProps<T>) {
  const { t } = useTranslation();
  const items = query.data?.pages.flatMap((page) => page.items);
  const failure = query.isError && !query.isFetchNextPageError && (
    <ProblemAlert title={failed} error={query.error} onRetry={() => void query.refetch()} />
  );
  const count = shown && items && (
    <Text size="sm" c="dimmed">
      {shown(items.length)}
    </Text>
  );
  const status = items?.length === 0 ? empty : count;
  return (
    <div>
      {/* There from the start, as screen readers watch only regions they have seen empty. */}
      <Box role="status" mb={status ? 'sm' : undefined} data-testid="list-status">
        {status}
      </Box>
      <Stack gap="sm">
        {failure}
        {!items && !failure && <Skeleton height={160} radius="md" role="status" aria-label={t('loading')} />}
        {items && items.length > 0 && children(items)}
        <ShowMore query={query} />
      </Stack>
    </div>
  );
}

interface ShowMoreProps {
  query: Pick<
    UseInfiniteQueryResult,
    'error' | 'fetchNextPage' | 'hasNextPage' | 'isFetchingNextPage' | 'isFetchNextPageError'
  >;
  label?: string;
}

/** The way to the next page, which is also how to try again when it could not be loaded. */
export function ShowMore({ query, label }: ShowMoreProps) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  return (
    <>
      {query.isFetchNextPageError && !query.isFetchingNextPage && (
        <ProblemAlert title={t('moreFailed')} error={query.error} />
      )}
      <Group justify="center">
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
          data-testid="show-more"
        >
          {label ?? t('loadMore')}
        </Button>
      </Group>
    </>
  );
}
