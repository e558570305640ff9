import {
  Alert,
  Anchor,
  Badge,
  Button,
  Checkbox,
  FileButton,
  Group,
  Paper,
  Skeleton,
  Stack,
  Text,
  Textarea,
  Title,
} from '@mantine/core';
import { IconArrowLeft, IconUpload } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { importRoutes } from '../../../shared/identity/people-imports.ts';
import type { ImportPreviewView } from '../../../shared/identity/people-imports.ts';
import { api, ApiError } from '../../kernel/api.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { ImportRows } from './import-rows.tsx';
import { OrganizationGate } from './organization-gate.tsx';
import classes from './people.module.css';
import { importList, importsKey } from './queries.ts';
import { readListFile } from './read-list-file.ts';

/** A list of people: chosen, looked at, then added. */
export function ImportPage() {
  return <OrganizationGate>{(id) => <Import key={id} organizationId={id} />}</OrganizationGate>;
}

interface Chosen {
  fileName: string;
  text: string;
}

function Import({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('people');
  usePageTitle(t('import.title'));
  const [list, setList] = useState<Chosen>({ fileName: 'list.csv', text: '' });
  const preview = useMutation({
    mutationFn: ({ text }: Chosen) =>
      api.call(importRoutes.preview, { params: { organizationId }, body: { text } }),
  });
  const choose = (chosen: Chosen): void => {
    setList(chosen);
    preview.mutate(chosen);
  };
  return (
    <Stack>
      <Anchor component={Link} to="/admin/people" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={16} aria-hidden />
          {t('person.back')}
        </Group>
      </Anchor>
      <Title order={2}>{t('import.title')}</Title>
      <div>
        <Text>{t('import.lead')}</Text>
        <Text size="sm" c="dimmed">
          {t('import.columns')}
        </Text>
      </div>
      <FileField onChosen={choose} />
      <Textarea
        label={t('import.paste')}
        value={list.text.length > 20_000 ? '' : list.text}
        placeholder={'name,email,role\nAda Lovelace,ada@example.org,teacher'}
        minRows={4}
        maxRows={10}
        autosize
        spellCheck={false}
        onChange={(event) => {
          setList({ fileName: 'list.csv', text: event.currentTarget.value });
          preview.reset();
        }}
        data-testid="import-text"
      />
      <Group>
        <Button
          onClick={() => preview.mutate(list)}
          disabled={list.text.trim() === ''}
          loading={preview.isPending}
          variant={preview.isSuccess ? 'default' : 'filled'}
          data-testid="import-check"
        >
          {t('import.check')}
        </Button>
      </Group>
      {preview.isError && (
        <ProblemAlert
          title={t('import.checkFailed')}
          error={preview.error}
          text={preview.error instanceof ApiError ? (preview.error.errors[0]?.message ?? null) : null}
        />
      )}
      {preview.data && <Preview organizationId={organizationId} list={list} preview={preview.data} />}
      <PastImports organizationId={organizationId} />
    </Stack>
  );
}

/** A button that opens the file dialogue, on a field to drop a file on. */
function FileField({ onChosen }: { onChosen: (chosen: Chosen) => void }) {
  const { t } = useTranslation('people');
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState<'notText' | 'tooLarge' | null>(null);
  const take = async (file: File | null | undefined): Promise<void> => {
    if (!file) return;
    const read = await readListFile(file);
    setRefused('refused' in read ? read.refused : null);
    if ('text' in read) onChosen({ fileName: file.name.slice(0, 200), text: read.text });
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    <>
      <div
        className={`${classes.drop} ${over ? classes.over : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        data-testid="import-drop"
      >
        <FileButton onChange={(file) => void take(file)} accept=".csv,.txt,text/csv,text/plain">
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={18} aria-hidden />}>
              {t('import.choose')}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed" mt="xs">
          {t('import.drop')}
        </Text>
      </div>
      {refused && (
        <Alert color="red" role="alert">
          {t(`import.${refused}`)}
        </Alert>
      )}
    </>
  );
}

interface PreviewProps {
  organizationId: string;
  list: Chosen;
  preview: ImportPreviewView;
}

function Preview({ organizationId, list, preview }: PreviewProps) {
  const { t } = useTranslation('people');
  const navigate = useNavigate();
  const client = useQueryClient();
  const [onlyProblems, setOnlyProblems] = useState(false);
  const [sendInvitations, setSendInvitations] = useState(preview.canInvite);
  const starting = useMutation({
    mutationFn: () =>
      api.call(importRoutes.start, { params: { organizationId }, body: { ...list, sendInvitations } }),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: importsKey(organizationId) });
      void navigate(`/admin/people/import/${id}`);
    },
  });
  const { total, valid, invalid, rows, ignoredColumns, truncated } = preview;
  return (
    <Paper withBorder p="lg" radius="md">
      <Stack>
        <Text role="status" fw={600} data-testid="import-summary">
          {t('import.checked', { total, valid, invalid })}
        </Text>
        {ignoredColumns.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('import.ignored', { names: ignoredColumns.join(', ') })}
          </Text>
        )}
        <Checkbox
          label={t('import.invite')}
          description={preview.canInvite ? undefined : t('import.noMail')}
          checked={sendInvitations}
          disabled={!preview.canInvite}
          onChange={(event) => setSendInvitations(event.currentTarget.checked)}
        />
        {starting.isError && <ProblemAlert title={t('import.startFailed')} error={starting.error} />}
        <Group>
          <Button
            disabled={valid === 0}
            loading={starting.isPending}
            onClick={() => starting.mutate()}
            data-testid="import-start"
          >
            {t('import.start', { count: valid })}
          </Button>
        </Group>
        {invalid > 0 && valid > 0 && (
          <Checkbox
            label={t('import.onlyProblems')}
            checked={onlyProblems}
            onChange={(event) => setOnlyProblems(event.currentTarget.checked)}
          />
        )}
        <ImportRows rows={onlyProblems ? rows.filter(({ problems }) => problems.length > 0) : rows} />
        {truncated && (
          <Text size="sm" c="dimmed">
            {t('import.truncated')}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

function PastImports({ organizationId }: { organizationId: string }) {
  const { t } = useTranslation('people');
  const imports = useQuery(importList(organizationId));
  return (
    <Stack component="section" aria-labelledby="past-title" gap="xs">
      <Title order={3} size="h4" id="past-title">
        {t('import.past')}
      </Title>
      {imports.isPending && <Skeleton height={60} />}
      {imports.isError && <ProblemAlert title={t('import.pastFailed')} error={imports.error} />}
      {imports.data?.items.length === 0 && <Text c="dimmed">{t('import.pastEmpty')}</Text>}
      {imports.data?.items.map((one) => (
        <Group key={one.id} gap="sm">
          <Link to={`/admin/people/import/${one.id}`} className={classes.link}>
            {one.fileName}
          </Link>
          <Badge variant="light" tt="none">
            {t(`import.status.${one.status}`)}
          </Badge>
          <Text size="sm" c="dimmed">
            {[
              formatMoment(one.createdAt),
              one.createdBy && t('import.by', { name: one.createdBy }),
              t('import.progress', { done: one.created, valid: one.valid }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
