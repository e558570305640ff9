import { Box, Group, Paper, Text, Title } from '@mantine/core';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
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
  const { t } = useTranslation('access');
  return (
    <Paper component="section" withBorder radius="md" aria-labelledby={id} pb="sm">
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
      <Box px="lg">
        <PagedList
          query={query}
          failed={t('loadFailed')}
          empty={<Text data-testid={`${id}-empty`}>{empty}</Text>}
        >
          {(items) => <ul className={`${classes.rows} ${classes.inset}`}>{items.map(children)}</ul>}
        </PagedList>
      </Box>
    </Paper>
  );
}
