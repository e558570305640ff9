import { Anchor, Badge, Button, Group, Progress, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { importRoutes } from '../../../shared/identity/people-imports.ts';
import type { ImportRowStatus, ImportView } from '../../../shared/identity/people-imports.ts';
import { api } from '../../kernel/api.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { ImportRows } from './import-rows.tsx';
import { OrganizationGate } from './organization-gate.tsx';
import { importRows, importsKey, oneImport, peopleKey } from './queries.ts';
import { saveCsv } from './read-list-file.ts';

/** How far an import has come, and what became of its rows. */
export function ImportProgressPage() {
  const { importId = '' } = useParams();
  return (
    <OrganizationGate>
      {(id) => <Loader key={`${id}${importId}`} organizationId={id} importId={importId} />}
    </OrganizationGate>
  );
}

function Loader({ organizationId, importId }: { organizationId: string; importId: string }) {
  const { t } = useTranslation('people');
  const one = useQuery(oneImport(organizationId, importId));
  usePageTitle(t('import.title'));
  return (
    <Stack>
      <Anchor component={Link} to="/admin/people/import" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={16} aria-hidden />
          {t('import.back')}
        </Group>
      </Anchor>
      {one.isPending && <Skeleton height={200} radius="md" />}
      {one.isError && (
        <ProblemAlert title={t('import.loadFailed')} error={one.error} onRetry={() => void one.refetch()} />
      )}
      {one.data && <ImportProgress organizationId={organizationId} view={one.data} />}
    </Stack>
  );
}

function ImportProgress({ organizationId, view }: { organizationId: string; view: ImportView }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const params = { organizationId, importId: view.id };
  const running = view.finishedAt === null;
  const cancelling = useMutation({
    mutationFn: () => api.call(importRoutes.cancel, { params }),
    onSettled: () => client.invalidateQueries({ queryKey: importsKey(organizationId) }),
  });
  const saving = useMutation({
    mutationFn: (only: 'all' | 'problems') => api.call(importRoutes.result, { params, query: { only } }),
    onSuccess: ({ fileName, csv }) => saveCsv(fileName, csv),
  });
  useEffect(() => {
    if (running) return;
    void client.invalidateQueries({ queryKey: peopleKey(organizationId) });
    void client.invalidateQueries({ queryKey: [...importsKey(organizationId), 'list'] });
  }, [running, client, organizationId]);
  const done = view.created + view.failed;
  const percent = view.valid === 0 ? 100 : Math.round((done / view.valid) * 100);
  const skipped = view.total - view.valid;
  return (
    <>
      <Group>
        <Title order={2}>{t('import.progressTitle', { name: view.fileName })}</Title>
        <Badge variant="light" tt="none" data-testid="import-status">
          {t(`import.status.${view.status}`)}
        </Badge>
      </Group>
      <Progress
        value={percent}
        size="lg"
        animated={running}
        aria-label={t('import.progressTitle', { name: view.fileName })}
        data-testid="import-progress"
      />
      <div role="status" aria-live="polite">
        <Text fw={600} data-testid="import-count">
          {t('import.progress', { done: view.created, valid: view.valid })}
        </Text>
        {view.failed > 0 && <Text>{t('import.progressFailed', { failed: view.failed })}</Text>}
        {skipped > 0 && <Text>{t('import.skipped', { count: skipped })}</Text>}
        {view.status === 'failed' && <Text>{t('import.stoppedText')}</Text>}
      </div>
      {cancelling.isError && <ProblemAlert title={t('import.cancelFailed')} error={cancelling.error} />}
      {saving.isError && <ProblemAlert title={t('import.downloadFailed')} error={saving.error} />}
      <Group>
        {running ? (
          <Button
            variant="default"
            loading={cancelling.isPending}
            onClick={() => cancelling.mutate()}
            data-testid="import-cancel"
          >
            {t('import.cancel')}
          </Button>
        ) : (
          (['all', 'problems'] as const).map((only) => (
            <Button
              key={only}
              variant="default"
              loading={saving.isPending && saving.variables === only}
              onClick={() => saving.mutate(only)}
              data-testid={`import-download-${only}`}
            >
              {only === 'all' ? t('import.download') : t('import.downloadProblems')}
            </Button>
          ))
        )}
      </Group>
      {!running && (
        <Stack component="section" aria-labelledby="rows-title">
          <Title order={3} size="h4" id="rows-title">
            {t('import.rowsTitle')}
          </Title>
          {done === view.created && skipped === 0 && view.created === view.valid ? (
            <Text>{t('import.allAdded')}</Text>
          ) : (
            <>
              {view.failed > 0 && <Rows {...params} status="failed" />}
              {skipped > 0 && <Rows {...params} status="invalid" />}
              {done < view.valid && <Rows {...params} status="cancelled" />}
            </>
          )}
        </Stack>
      )}
    </>
  );
}

interface RowsProps {
  organizationId: string;
  importId: string;
  status: ImportRowStatus;
}

function Rows({ organizationId, importId, status }: RowsProps) {
  const { t } = useTranslation('people');
  const rows = useQuery(importRows(organizationId, importId, status));
  if (rows.isPending) return <Skeleton height={80} />;
  if (rows.isError) return <ProblemAlert title={t('import.loadFailed')} error={rows.error} />;
  return (
    <>
      <ImportRows rows={rows.data.items} />
      {rows.data.nextCursor !== null && (
        <Text size="sm" c="dimmed">
          {t('import.truncated')}
        </Text>
      )}
    </>
  );
}
