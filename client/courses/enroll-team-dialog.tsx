import { Button, Group, List, Modal, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { TeamEnrollOutcome } from '../../shared/courses/team.ts';
import { codeOf } from '../kernel/request-error.ts';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import { teamCourses, useEnrollTeam } from './queries.ts';

/** Somebody below the manager. */
interface TeamMember {
  id: string;
  displayName: string;
}

interface EnrollTeamDialogProps {
  organizationId: string;
  people: readonly TeamMember[];
  opened: boolean;
  onClose: () => void;
  /** After people were enrolled. */
  onDone: () => void;
}

/** Asks for the course that people below a manager are to learn in, and then tells what became of each of them. */
export function EnrollTeamDialog(props: EnrollTeamDialogProps) {
  const { t } = useTranslation(['courses', 'kernel']);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('team.title', { count: props.people.length })}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <EnrollForm {...props} />
    </Modal>
  );
}

/** Its own component: what was chosen lives as long as the dialog is open. */
function EnrollForm({ organizationId, people, onClose, onDone }: EnrollTeamDialogProps) {
  const { t } = useTranslation('courses');
  const [courseId, setCourseId] = useState<string | null>(null);
  const [checked, setChecked] = useState(false);
  const enrolling = useEnrollTeam();
  if (enrolling.isSuccess) return <Outcomes people={people} items={enrolling.data.items} onClose={onClose} />;

  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (courseId === null) return;
    enrolling.mutate({ courseId, userIds: people.map(({ id }) => id) }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {enrolling.isError && (
          <ProblemAlert
            title={t('team.failed')}
            error={enrolling.error}
            text={codeOf(enrolling.error) === 'not_found' ? t('team.gone') : null}
          />
        )}
        <Text size="sm">{people.map(({ displayName }) => displayName).join(', ')}</Text>
        <CourseField
          organizationId={organizationId}
          courseId={courseId}
          onChange={setCourseId}
          error={checked && courseId === null ? t('team.noCourse') : undefined}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('team.cancel')}
          </Button>
          <Button type="submit" loading={enrolling.isPending} data-testid="team-enroll">
            {t('team.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface CourseFieldProps {
  organizationId: string;
  courseId: string | null;
  onChange: (courseId: string | null) => void;
  error: string | undefined;
}

interface Choice {
  id: string;
  label: string;
  about: string;
}

/** An open course, found by title or code while one types. */
function CourseField({ organizationId, courseId, onChange, error }: CourseFieldProps) {
  const { t } = useTranslation('courses');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Choice | null>(null);
  const [query] = useDebouncedValue(text.trim(), 250);
  // What stands in the field of a course that is chosen is its name: no search of its own.
  const searched = query === chosen?.label ? '' : query;
  const list = useQuery({ ...teamCourses(organizationId, searched), placeholderData: keepPreviousData });
  if (list.isError)
    return (
      <ProblemAlert title={t('team.coursesFailed')} error={list.error} onRetry={() => void list.refetch()} />
    );
  const found = (list.data?.items ?? []).map(({ id, title, code, instructor, placesLeft }): Choice => ({
    id,
    label: code ? `${title} (${code})` : title,
    about: [
      t('course.by', { name: instructor.displayName }),
      placesLeft === null ? null : t('team.places', { count: placesLeft }),
    ]
      .filter(Boolean)
      .join(' · '),
  }));
  const choices = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  const byId = new Map(choices.map((one) => [one.id, one]));
  return (
    <Select
      label={t('team.course')}
      description={t('team.courseHint')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      nothingFoundMessage={t(list.isFetching ? 'team.searching' : searched ? 'team.noneFound' : 'team.none')}
      searchable
      allowDeselect={false}
      data-autofocus
      value={courseId}
      onChange={(id) => {
        setChosen(byId.get(id ?? '') ?? null);
        onChange(id);
      }}
      onSearchChange={setText}
      // The server has searched: it finds codes as well.
      filter={({ options }) => options}
      data={choices.map(({ id, label }) => ({ value: id, label }))}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          <Text size="xs" c="dimmed">
            {byId.get(option.value)?.about}
          </Text>
        </div>
      )}
      error={error}
      data-testid="team-course"
    />
  );
}

interface OutcomesProps {
  people: readonly TeamMember[];
  items: readonly TeamEnrollOutcome[];
  onClose: () => void;
}

function Outcomes({ people, items, onClose }: OutcomesProps) {
  const { t } = useTranslation('courses');
  const names = new Map(people.map(({ id, displayName }) => [id, displayName]));
  const count = items.filter(({ outcome }) => outcome === 'enrolled').length;
  return (
    <Stack data-testid="team-outcomes">
      <Text role="status">{t('team.enrolled', { count })}</Text>
      <List size="sm" spacing={4}>
        {items.map(({ userId, outcome }) => (
          <List.Item key={userId}>
            {names.get(userId)} – {t(`team.outcome.${outcome}`)}
          </List.Item>
        ))}
      </List>
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus data-testid="team-done">
          {t('team.done')}
        </Button>
      </Group>
    </Stack>
  );
}
