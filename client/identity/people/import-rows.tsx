import { Badge, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ImportProblem, ImportRowView } from '../../../shared/identity/people-imports.ts';
import classes from './people.module.css';

/** What is wrong with a row, as a sentence. */
function useProblemText(): (problem: ImportProblem) => string {
  const { t } = useTranslation('people');
  return ({ column, code, sameAsRow }) =>
    t(`import.problem.${code}`, {
      column: column ? t(`import.column.${column}`) : '',
      row: sameAsRow ?? 0,
    });
}

/** Rows of a list, each with what is wrong with it beside it. */
export function ImportRows({ rows }: { rows: readonly ImportRowView[] }) {
  const { t } = useTranslation('people');
  const problemText = useProblemText();
  return (
    <Table verticalSpacing="xs" data-testid="import-rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('import.row')}</Table.Th>
          <Table.Th>{t('import.name')}</Table.Th>
          <Table.Th visibleFrom="sm">{t('import.role')}</Table.Th>
          <Table.Th>{t('import.result')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.row} data-testid="import-row">
            <Table.Td>{row.row}</Table.Td>
            <Table.Td className={classes.cell}>
              {row.name}
              <Text size="xs" c="dimmed">
                {row.email || row.phone}
              </Text>
            </Table.Td>
            <Table.Td visibleFrom="sm">{row.role && t(`roles.${row.role}`)}</Table.Td>
            <Table.Td>
              {row.problems.length === 0 ? (
                <Badge variant={row.status === 'cancelled' ? 'default' : 'light'} tt="none" miw="max-content">
                  {row.status === 'pending' ? t('import.fine') : t(`import.rowStatus.${row.status}`)}
                </Badge>
              ) : (
                row.problems.map((problem) => (
                  <Text
                    key={`${problem.column}${problem.code}`}
                    size="sm"
                    c="var(--mantine-color-error)"
                    className={classes.cell}
                  >
                    {problemText(problem)}
                  </Text>
                ))
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
