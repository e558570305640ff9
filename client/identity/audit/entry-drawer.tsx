import { Alert, Button, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEntryView } from '../../../shared/audit/contract.ts';
import { formatExact } from '../../kernel/i18n/format.ts';
import classes from './audit.module.css';
import { actionText, changesOf, notesOf } from './entry-text.ts';
import { SeverityBadge, subjectText, useActorText } from './entry-list.tsx';
import type { Filters } from './filters.ts';

interface EntryDrawerProps {
  /** Null: closed. */
  entry: AuditEntryView | null;
  onClose: () => void;
  /** Searches for what has something in common with the entry. */
  onSearch: (filters: Partial<Filters>) => void;
}

/** Everything that is known of one entry. */
export function EntryDrawer({ entry, onClose, onSearch }: EntryDrawerProps) {
  const { t } = useTranslation(['audit', 'kernel']);
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={<strong>{entry ? actionText(entry.action) : t('detail.title')}</strong>}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
      data-testid="audit-drawer"
    >
      {entry && (
        <Stack gap="lg">
          <Facts entry={entry} />
          <Changes entry={entry} />
          <Notes entry={entry} />
          <Related entry={entry} onSearch={onSearch} />
        </Stack>
      )}
    </Drawer>
  );
}

function Facts({ entry }: { entry: AuditEntryView }) {
  const { t } = useTranslation('audit');
  const who = useActorText();
  const origin = (text: string | null): string =>
    text ?? t(entry.originErased ? 'detail.erasedOrigin' : 'detail.none');
  const facts: [label: string, value: string | null][] = [
    [t('detail.action'), entry.action],
    [t('detail.at'), formatExact(entry.at)],
    [t('detail.who'), who(entry)],
    [t('detail.category'), t(`category.${entry.category}`)],
    [t('detail.organization'), entry.organization?.name ?? null],
    [t('detail.about'), subjectText(entry) || null],
    [t('detail.from'), origin(entry.ipAddress)],
    [t('detail.browser'), origin(entry.userAgent)],
    [t('detail.signIn'), entry.authSessionId],
    [t('detail.request'), entry.requestId],
    [t('detail.tags'), entry.tags.join(', ') || null],
    [t('detail.id'), entry.id],
  ];
  return (
    <Stack gap="sm">
      {entry.description && <Text>{entry.description}</Text>}
      <Group gap="xs">
        <SeverityBadge severity={entry.severity} />
      </Group>
      <dl className={classes.facts}>
        {facts.map(([label, value]) =>
          value === null ? null : (
            <div key={label} style={{ display: 'contents' }}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Stack>
  );
}

function Changes({ entry }: { entry: AuditEntryView }) {
  const { t } = useTranslation('audit');
  const changes = changesOf(entry);
  if (entry.detailsErased) return <Alert color="gray">{t('detail.erasedDetails')}</Alert>;
  if (changes.length === 0) return null;
  const cell = (value: string | null) =>
    value === null ? (
      <Text span size="sm" c="dimmed" fs="italic">
        {t('detail.unset')}
      </Text>
    ) : (
      <span className={classes.value}>{value}</span>
    );
  return (
    <Stack gap="xs">
      <Title order={3} size="h4" id="audit-changes">
        {t('detail.changes')}
      </Title>
      <Table withTableBorder aria-labelledby="audit-changes" data-testid="audit-changes">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('detail.field')}</Table.Th>
            <Table.Th>{t('detail.before')}</Table.Th>
            <Table.Th>{t('detail.after')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {changes.map(({ field, before, after }) => (
            <Table.Tr key={field}>
              <Table.Th scope="row" fw={500}>
                {field}
              </Table.Th>
              <Table.Td className={before === null ? undefined : classes.before}>{cell(before)}</Table.Td>
              <Table.Td className={after === null ? undefined : classes.after}>{cell(after)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

function Notes({ entry }: { entry: AuditEntryView }) {
  const { t } = useTranslation('audit');
  const notes = notesOf(entry);
  if (notes.length === 0) return null;
  return (
    <Stack gap="xs">
      <Title order={3} size="h4">
        {t('detail.more')}
      </Title>
      <dl className={classes.facts}>
        {notes.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Stack>
  );
}

function Related({ entry, onSearch }: { entry: AuditEntryView; onSearch: EntryDrawerProps['onSearch'] }) {
  const { t } = useTranslation('audit');
  const { actor, resourceType, resourceId, requestId } = entry;
  return (
    <Group gap="xs">
      {actor && (
        <Button variant="default" size="xs" onClick={() => onSearch({ actor: actor.id })}>
          {t('detail.byPerson')}
        </Button>
      )}
      {resourceType && resourceId && (
        <Button variant="default" size="xs" onClick={() => onSearch({ resourceType, resourceId })}>
          {t('detail.aboutThing')}
        </Button>
      )}
      {requestId && (
        <Button variant="default" size="xs" onClick={() => onSearch({ requestId })}>
          {t('detail.inRequest')}
        </Button>
      )}
    </Group>
  );
}
