import { Button, Paper, Skeleton, Text, Title, Group } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './access.module.css';

interface GivenListProps<T> {
  id: string;
  title: string;
  lead: string;
  empty: string;
  /** What opens the dialog that gives something; nothing for those who may not. */
  action: ReactNode;
  query: UseInfiniteQueryResult<InfiniteData<{ items: T[] }>>;
  /** One entry. */
  children: (item: T) => ReactNode;
}

/** A section with what somebody was given, page by page. */
export function GivenList<T>({ id, title, lead, empty, action, query, children }: GivenListProps<T>) {
  const { t } = useTranslation(['access', 'kernel']);
  const items = query.data?.pages.flatMap((page) => page.items);
  return (
    <Paper component="section" withBorder radius="md" aria-labelledby={id} pb={items?.length ? 4 : 'lg'}>
      <Group justify="space-between" align="flex-start" p="lg" pb="sm">
        <div className={classes.text}>
          <Title order={3} size="h4" id={id}>
            {title}
          </Title>
          <Text c="dimmed" size="sm">
            {lead}
          </Text>
        </div>
        {action}
      </Group>
      {query.isError && (
        <ProblemAlert title={t('loadFailed')} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.isPending && (
        <Skeleton height={64} mx="lg" w="auto" radius="md" role="status" aria-label={t('kernel:loading')} />
      )}
      {items?.length === 0 && (
        <Text px="lg" data-testid={`${id}-empty`}>
          {empty}
        </Text>
      )}
      {items && items.length > 0 && <ul className={classes.rows}>{items.map(children)}</ul>}
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
