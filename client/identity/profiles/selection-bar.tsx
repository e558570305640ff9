import { Button, Checkbox, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUsersPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { enrolledAtOnce } from '../../../shared/courses/team.ts';
import type { ReportView } from '../../../shared/identity/profiles.ts';
import { EnrollTeamDialog } from '../../courses/enroll-team-dialog.tsx';
import classes from './profiles.module.css';

interface SelectionBarProps {
  /** Who is shown. */
  people: readonly ReportView[];
  /** Ids of those who are selected. */
  selected: readonly string[];
  onSelect: (selected: readonly string[]) => void;
}

/** Why these people cannot be enrolled together; null when they can. */
function obstacleOf(people: readonly ReportView[]): 'none' | 'many' | 'mixed' | null {
  if (people.length === 0) return 'none';
  if (people.length > enrolledAtOnce) return 'many';
  return new Set(people.map(({ organizationId }) => organizationId)).size > 1 ? 'mixed' : null;
}

/** Selects all people of a list, and enrols those who are selected in a course. */
export function SelectionBar({ people, selected, onSelect }: SelectionBarProps) {
  const { t } = useTranslation('profiles');
  const chosen = people.filter(({ id }) => selected.includes(id));
  const obstacle = obstacleOf(chosen);
  const [told, setTold] = useState(false);
  // Whom the dialog is about: when they are enrolled they are not selected any more, and it still tells what became of them.
  const [asked, setAsked] = useState<readonly ReportView[]>([]);
  const [opened, dialog] = useDisclosure(false);
  const open = (): void => {
    setTold(obstacle !== null);
    if (obstacle !== null) return;
    setAsked(chosen);
    dialog.open();
  };
  return (
    <>
      <Group className={classes.selection} justify="space-between">
        <Checkbox
          label={t('reports.selectAll')}
          checked={chosen.length === people.length}
          indeterminate={chosen.length > 0 && chosen.length < people.length}
          onChange={(event) => onSelect(event.currentTarget.checked ? people.map(({ id }) => id) : [])}
          data-testid="reports-select-all"
        />
        <Text size="sm" c="dimmed" role="status">
          {chosen.length > 0 && t('reports.selected', { count: chosen.length })}
        </Text>
        <Button
          size="xs"
          leftSection={<IconUsersPlus size={16} aria-hidden />}
          onClick={open}
          data-testid="reports-enroll"
        >
          {t('reports.enroll')}
        </Button>
      </Group>
      {told && obstacle && (
        <Text size="sm" c="red" role="alert" pb="xs" data-testid="reports-obstacle">
          {t(`reports.cannotEnroll.${obstacle}`, { most: enrolledAtOnce })}
        </Text>
      )}
      <EnrollTeamDialog
        organizationId={asked[0]?.organizationId ?? ''}
        people={asked}
        opened={opened}
        onClose={dialog.close}
        onDone={() => onSelect([])}
      />
    </>
  );
}
