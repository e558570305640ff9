import { Badge, Group, Paper, ScrollArea, Table, Text, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { AuditEntryView } from '../../../shared/audit/contract.ts';
import { formatExact } from '../../kernel/i18n/format.ts';
import classes from './audit.module.css';
import { actionText, severityColor } from './entry-text.ts';

interface EntryListProps {
  entries: readonly AuditEntryView[];
  onOpen: (entry: AuditEntryView) => void;
}

/** Who it was, in words. */
export function useActorText(): (entry: AuditEntryView) => string {
  const { t } = useTranslation('audit');
  return ({ actor, bySystem }) => {
    if (actor) return actor.displayName || t('who.gone');
    return t(bySystem ? 'who.system' : 'who.nobody');
  };
}

/** What it was about, as short as it can be said. */
export const subjectText = ({ resourceType, resourceName, resourceId }: AuditEntryView): string =>
  resourceName ??
  (resourceType ? actionText(resourceType) : '') + (resourceId ? `\u00a0…${resourceId.slice(-6)}` : '');

export function SeverityBadge({ severity }: Pick<AuditEntryView, 'severity'>) {
  const { t } = useTranslation('audit');
  return (
    <Badge size="sm" variant="light" color={severityColor[severity]} style={{ flexShrink: 0 }}>
      {t(`severity.${severity}`)}
    </Badge>
  );
}

/** What should catch the eye in a long list. */
const isGrave = ({ severity }: AuditEntryView): boolean => severity === 'high' || severity === 'critical';

/** A table where there is room for one, else cards. */
export function EntryList(props: EntryListProps) {
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  return narrow ? <EntryCards {...props} /> : <EntryTable {...props} />;
}

function EntryTable({ entries, onOpen }: EntryListProps) {
  const { t } = useTranslation('audit');
  const who = useActorText();
  return (
    <Paper withBorder radius="md">
      <ScrollArea>
        <Table className={classes.table} verticalSpacing="sm" aria-label={t('title')}>
          <Table.Thead>
            <Table.Tr>
              {(['at', 'who', 'what', 'about', 'from'] as const).map((name) => (
                <Table.Th key={name}>{t(`column.${name}`)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Table.Tr
                key={entry.id}
                className={classes.row}
                data-testid="audit-entry"
                onClick={() => onOpen(entry)}
              >
                <Table.Td className={classes.when}>{formatExact(entry.at)}</Table.Td>
                <Table.Td>{who(entry)}</Table.Td>
                <Table.Td>
                  <Group gap="xs" wrap="nowrap">
                    <OpenButton entry={entry} onOpen={onOpen} />
                    {isGrave(entry) && <SeverityBadge severity={entry.severity} />}
                  </Group>
                </Table.Td>
                <Table.Td>{subjectText(entry)}</Table.Td>
                <Table.Td>{entry.ipAddress}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Paper>
  );
}

/** The row is for the mouse, this is for everybody. */
function OpenButton({ entry, onOpen }: { entry: AuditEntryView; onOpen: EntryListProps['onOpen'] }) {
  const { t } = useTranslation('audit');
  const action = actionText(entry.action);
  return (
    <UnstyledButton
      fw={600}
      fz="sm"
      aria-label={t('open', { action, time: formatExact(entry.at) })}
      onClick={(event) => {
        event.stopPropagation();
        onOpen(entry);
      }}
    >
      {action}
    </UnstyledButton>
  );
}

function EntryCards({ entries, onOpen }: EntryListProps) {
  const who = useActorText();
  return (
    <ul className={classes.list}>
      {entries.map((entry) => (
        <li key={entry.id}>
          <Paper
            component="button"
            type="button"
            withBorder
            radius="md"
            p="sm"
            className={classes.card}
            data-testid="audit-entry"
            onClick={() => onOpen(entry)}
          >
            <Group justify="space-between" wrap="nowrap" gap="xs">
              <Text fw={600}>{actionText(entry.action)}</Text>
              {isGrave(entry) && <SeverityBadge severity={entry.severity} />}
            </Group>
            <Text size="sm">
              {[who(entry), subjectText(entry)].filter((text) => text !== '').join(' · ')}
            </Text>
            <Text size="sm" c="dimmed">
              {[formatExact(entry.at), entry.ipAddress].filter((text) => text !== null).join(' · ')}
            </Text>
          </Paper>
        </li>
      ))}
    </ul>
  );
}
