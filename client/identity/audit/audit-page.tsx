import { Button, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { AuditEntryView } from '../../../shared/audit/contract.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { NotFoundPage } from '../../kernel/ui/not-found-page.tsx';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { AuditFilters } from './audit-filters.tsx';
import { EntryDrawer } from './entry-drawer.tsx';
import { EntryList } from './entry-list.tsx';
import { filterNames, filtersFrom, searchOf } from './filters.ts';
import type { Filters } from './filters.ts';
import { auditEntries, saveExport } from './queries.ts';

/** Who did what in the organization. The filters are in the address, so that a search can be sent to somebody. */
export function AuditPage() {
  const { t } = useTranslation('audit');
  const me = useMe();
  const [search, setSearch] = useSearchParams();
  const [open, setOpen] = useState<AuditEntryView | null>(null);
  usePageTitle(t('title'));
  const mayAll = me.role === 'super_admin';
  const all = mayAll && search.get('scope') === 'all';
  const filters = filtersFrom(search);
  if (!me.organizationId && !mayAll) return <NotFoundPage />;
  const organizationId = all ? null : me.organizationId;

  const show = (next: Filters, everywhere = all): void => {
    const wanted = searchOf(next);
    if (everywhere) wanted.set('scope', 'all');
    setSearch(wanted);
  };
  const nothing = Object.fromEntries(filterNames.map((name) => [name, ''])) as unknown as Filters;

  return (
    <Stack gap="lg">
      <Stack gap={4}>
        <Group justify="space-between">
          <Title order={2}>{t('title')}</Title>
          {organizationId !== null && <ExportButton organizationId={organizationId} filters={filters} />}
        </Group>
        <Text c="dimmed">{t('lead')}</Text>
      </Stack>
      {mayAll && me.organizationId && (
        <SegmentedControl
          aria-label={t('scope.label')}
          value={all ? 'all' : 'organization'}
          onChange={(value) => show(filters, value === 'all')}
          data={[
            { value: 'organization', label: t('scope.organization') },
            { value: 'all', label: t('scope.all') },
          ]}
          style={{ alignSelf: 'flex-start' }}
        />
      )}
      <AuditFilters key={search.toString()} filters={filters} onApply={(next) => show(next)} />
      <Entries organizationId={organizationId} filters={filters} onOpen={setOpen} />
      <EntryDrawer
        entry={open}
        onClose={() => setOpen(null)}
        onSearch={(some) => {
          setOpen(null);
          show({ ...nothing, ...some });
        }}
      />
    </Stack>
  );
}

interface EntriesProps {
  organizationId: string | null;
  filters: Filters;
  onOpen: (entry: AuditEntryView) => void;
}

function Entries({ organizationId, filters, onOpen }: EntriesProps) {
  const { t } = useTranslation('audit');
  const query = useInfiniteQuery(auditEntries(organizationId, filters));
  const filtered = filterNames.some((name) => filters[name] !== '');
  return (
    <PagedList
      query={query}
      failed={t('failed')}
      empty={<Text>{t(filtered ? 'emptyFiltered' : 'empty')}</Text>}
      shown={(count) => t(query.hasNextPage ? 'shownMore' : 'shown', { count })}
    >
      {(entries) => <EntryList entries={entries} onOpen={onOpen} />}
    </PagedList>
  );
}

function ExportButton({ organizationId, filters }: { organizationId: string; filters: Filters }) {
  const { t } = useTranslation('audit');
  const save = useMutation({
    mutationFn: () => saveExport(organizationId, filters),
    onSuccess: () => announce(t('export.done')),
  });
  return (
    <Stack gap="xs" align="flex-end">
      <Button
        variant="default"
        leftSection={<IconDownload size={18} aria-hidden />}
        loading={save.isPending}
        onClick={() => save.mutate()}
        data-testid="audit-export"
      >
        {t('export.button')}
      </Button>
      {save.isError && <ProblemAlert title={t('export.failed')} error={save.error} />}
    </Stack>
  );
}
