import { Badge, Button, Checkbox, Collapse, Group, Skeleton, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef } from 'react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { LearnerCourseView } from '../../../shared/courses/learner.ts';
import type { ReportView } from '../../../shared/identity/profiles.ts';
import { TakeOutButton } from '../../courses/take-out-button.tsx';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { PersonLink } from '../../kernel/ui/person-link.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './profiles.module.css';
import { coursesOfReport } from './queries.ts';

interface ReportRowProps {
  person: ReportView;
  selected: boolean;
  onSelect: (selected: boolean) => void;
}

/** One person below the manager; their courses are loaded when they are asked for. */
export function ReportRow({ person, selected, onSelect }: ReportRowProps) {
  const { t } = useTranslation(['profiles', 'people']);
  const [opened, courses] = useDisclosure(false);
  const panel = useId();
  const toggle = useRef<HTMLButtonElement>(null);
  const { displayName: name } = person;
  const work = [person.jobTitle ?? t(`people:roles.${person.role}`), person.department]
    .filter(Boolean)
    .join(' · ');
  const Chevron = opened ? IconChevronUp : IconChevronDown;
  return (
    <li className={classes.report} data-testid="report">
      <div className={classes.row}>
        <Checkbox
          checked={selected}
          onChange={(event) => onSelect(event.currentTarget.checked)}
          aria-label={t('reports.select', { name })}
          data-testid="report-select"
        />
        <PersonAvatar userId={person.id} name={name} src={person.avatarUrl} size={44} />
        <div className={classes.text}>
          <Text fw={600}>
            {person.hasProfile ? <PersonLink userId={person.id} name={name} plain /> : name}
          </Text>
          <Text size="sm">{work}</Text>
          <Text size="sm" c="dimmed">
            {[
              person.level > 1 ? t('reports.under', { name: person.manager.displayName }) : null,
              person.lastActivityAt
                ? t('reports.active', { moment: formatMoment(person.lastActivityAt) })
                : t('reports.neverActive'),
            ]
              .filter(Boolean)
              .join(' · ')}
          </Text>
        </div>
        <Button
          ref={toggle}
          size="xs"
          variant="default"
          rightSection={<Chevron size={14} aria-hidden />}
          onClick={courses.toggle}
          aria-expanded={opened}
          aria-controls={panel}
          aria-label={t('reports.coursesNamed', { name })}
          data-testid="report-courses"
        >
          {t('reports.courses')}
        </Button>
      </div>
      <Collapse expanded={opened} id={panel} className={classes.courses}>
        {opened && <Courses person={person} toggle={toggle} />}
      </Collapse>
    </li>
  );
}

interface CoursesProps {
  person: ReportView;
  /** What opens and closes this. */
  toggle: RefObject<HTMLButtonElement | null>;
}

function Courses({ person, toggle }: CoursesProps) {
  const { t } = useTranslation(['profiles', 'kernel']);
  const query = useQuery(coursesOfReport(person.id));
  const count = query.data?.items.length;
  // With a course goes the button that had the focus.
  useEffect(() => {
    if (document.activeElement === document.body) toggle.current?.focus();
  }, [count, toggle]);
  if (query.data)
    return query.data.items.length === 0 ? (
      <Text size="sm" c="dimmed" pb="sm" data-testid="report-no-courses">
        {t('reports.noCourses')}
      </Text>
    ) : (
      <ul className={classes.list}>
        {query.data.items.map((course) => (
          <Course key={course.id} person={person} course={course} />
        ))}
      </ul>
    );
  if (query.isError)
    return (
      <ProblemAlert
        title={t('reports.coursesFailed')}
        error={query.error}
        onRetry={() => void query.refetch()}
      />
    );
  return <Skeleton height={32} mb="sm" role="status" aria-label={t('kernel:loading')} />;
}

function Course({ person, course }: { person: ReportView; course: LearnerCourseView }) {
  const { t } = useTranslation('profiles');
  const manager = course.enrolledBy;
  const enrolledBy = manager?.isSelf
    ? t('reports.enrolledBySelf')
    : manager && t('reports.enrolledBy', { name: manager.displayName });
  return (
    <Group component="li" justify="space-between" gap="xs" pb="sm" data-testid="report-course">
      <Text size="sm" className={classes.text}>
        {course.title}{' '}
        <Text span inherit c="dimmed">
          {[t('reports.with', { name: course.instructor.displayName }), enrolledBy]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </Text>
      <Group gap="xs">
        {course.enrolledBy && <TakeOutButton person={person} course={course} />}
        <Badge variant="light" tt="none" color={course.enrollmentStatus === 'completed' ? 'board' : 'gray'}>
          {t(`reports.status.${course.enrollmentStatus}`)}
        </Badge>
      </Group>
    </Group>
  );
}
