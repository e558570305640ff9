import { Badge, Button, Collapse, Group, Skeleton, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { LearnerCourseView } from '../../../shared/courses/learner.ts';
import type { ReportView } from '../../../shared/identity/profiles.ts';
import { formatMoment } from '../../kernel/i18n/format.ts';
import { PersonAvatar } from '../../kernel/ui/person-avatar.tsx';
import { PersonLink } from '../../kernel/ui/person-link.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import classes from './profiles.module.css';
import { coursesOfReport } from './queries.ts';

/** One person below the manager; their courses are loaded when they are asked for. */
export function ReportRow({ person }: { person: ReportView }) {
  const { t } = useTranslation(['profiles', 'people']);
  const [opened, courses] = useDisclosure(false);
  const panel = useId();
  const { displayName: name } = person;
  const work = [person.jobTitle ?? t(`people:roles.${person.role}`), person.department]
    .filter(Boolean)
    .join(' · ');
  const Chevron = opened ? IconChevronUp : IconChevronDown;
  return (
    <li className={classes.report} data-testid="report">
      <div className={classes.row}>
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
        {opened && <Courses userId={person.id} />}
      </Collapse>
    </li>
  );
}

function Courses({ userId }: { userId: string }) {
  const { t } = useTranslation(['profiles', 'kernel']);
  const query = useQuery(coursesOfReport(userId));
  if (query.data)
    return query.data.items.length === 0 ? (
      <Text size="sm" c="dimmed" pb="sm" data-testid="report-no-courses">
        {t('reports.noCourses')}
      </Text>
    ) : (
      <ul className={classes.list}>
        {query.data.items.map((course) => (
          <Course key={course.id} course={course} />
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

function Course({ course }: { course: LearnerCourseView }) {
  const { t } = useTranslation('profiles');
  return (
    <Group component="li" justify="space-between" gap="xs" pb="sm" data-testid="report-course">
      <Text size="sm" className={classes.text}>
        {course.title}{' '}
        <Text span inherit c="dimmed">
          {t('reports.with', { name: course.instructor.displayName })}
        </Text>
      </Text>
      <Badge variant="light" tt="none" color={course.enrollmentStatus === 'completed' ? 'board' : 'gray'}>
        {t(`reports.status.${course.enrollmentStatus}`)}
      </Badge>
    </Group>
  );
}
