import { Button, Group, Paper, SegmentedControl, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageShell } from '../../kernel/ui/page-shell.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import classes from './profiles.module.css';
import { myReports } from './queries.ts';
import type { Reach } from './queries.ts';
import { ReportRow } from './report-row.tsx';
import { SelectionBar } from './selection-bar.tsx';

/** `/reports`: the people whose manager one is. */
export function ReportsPage() {
  const { t } = useTranslation(['profiles', 'kernel']);
  usePageTitle(t('reports.title'));
  const [reach, setReach] = useState<Reach>('direct');
  const query = useInfiniteQuery(myReports(reach));
  const [selected, setSelected] = useState<readonly string[]>([]);
  const people = query.data?.pages.flatMap(({ items }) => items);
  return (
    <PageShell>
      <Stack maw={860} mx="auto">
        <Group justify="space-between" align="flex-end">
          <div>
            <Title order={1}>{t('reports.title')}</Title>
            <Text c="dimmed">{t('reports.lead')}</Text>
          </div>
          <SegmentedControl
            aria-label={t('reports.reach')}
            value={reach}
            onChange={(value) => {
              setReach(value === 'all' ? 'all' : 'direct');
              setSelected([]);
            }}
            data={(['direct', 'all'] as const).map((value) => ({ value, label: t(`reports.${value}`) }))}
            data-testid="reports-reach"
          />
        </Group>
        {query.isPending && (
          <Skeleton height={240} radius="md" role="status" aria-label={t('kernel:loading')} />
        )}
        {query.isError && (
          <ProblemAlert
            title={t('reports.failed')}
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        )}
        {people?.length === 0 && <Text data-testid="reports-empty">{t('reports.empty')}</Text>}
        {people && people.length > 0 && (
          <Paper withBorder px="lg" py="xs" radius="md">
            <SelectionBar people={people} selected={selected} onSelect={setSelected} />
            <ul className={classes.list}>
              {people.map((person) => (
                <ReportRow
                  key={person.id}
                  person={person}
                  selected={selected.includes(person.id)}
                  onSelect={(isSelected) =>
                    setSelected((before) =>
                      isSelected ? [...before, person.id] : before.filter((id) => id !== person.id),
                    )
                  }
                />
              ))}
            </ul>
          </Paper>
        )}
        {query.hasNextPage && (
          <Group>
            <Button
              variant="default"
              loading={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {t('kernel:loadMore')}
            </Button>
          </Group>
        )}
      </Stack>
    </PageShell>
  );
}
