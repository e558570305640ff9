import { Group, Paper, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { PageShell } from '../../kernel/ui/page-shell.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import classes from './profiles.module.css';
import { myReports } from './queries.ts';
import type { Reach } from './queries.ts';
import { ReportRow } from './report-row.tsx';
import { SelectionBar } from './selection-bar.tsx';

/** `/reports`: the people whose manager one is. */
export function ReportsPage() {
  const { t } = useTranslation('profiles');
  usePageTitle(t('reports.title'));
  const [reach, setReach] = useState<Reach>('direct');
  const query = useInfiniteQuery(myReports(reach));
  const [selected, setSelected] = useState<readonly string[]>([]);
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
        <PagedList
          query={query}
          failed={t('reports.failed')}
          empty={<Text data-testid="reports-empty">{t('reports.empty')}</Text>}
        >
          {(people) => (
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
        </PagedList>
      </Stack>
    </PageShell>
  );
}
