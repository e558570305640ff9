import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { CourseDetail } from '../../shared/courses/contract.ts';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { NotFoundPage } from '../kernel/ui/not-found-page.tsx';
import { PageShell } from '../kernel/ui/page-shell.tsx';
import { PersonLink } from '../kernel/ui/person-link.tsx';
import { usePageTitle } from '../kernel/ui/use-page-title.ts';
import { CourseCategories } from './categories/course-categories.tsx';
import { ClassList } from './class-list.tsx';
import { byPhase } from './class-order.ts';
import { InvitationsSection } from './invitations-section.tsx';
import { isMissing } from './missing.ts';
import { classesOfCourse, oneCourse } from './queries.ts';
import { QueryState } from './query-state.tsx';
import { RequestsSection } from './requests-section.tsx';
import { ScheduleButton } from './schedule-dialog.tsx';

export function CoursePage() {
  const { courseId = '' } = useParams();
  const course = useQuery(oneCourse(courseId));
  usePageTitle(course.data?.title);
  if (isMissing(course.error)) return <NotFoundPage />;
  return (
    <PageShell>
      <QueryState query={course}>{(data) => <CourseContent course={data} />}</QueryState>
    </PageShell>
  );
}

const teaches = new Set(['instructor', 'assistant']);

function CourseContent({ course }: { course: CourseDetail }) {
  const { t } = useTranslation('courses');
  const sessions = useQuery(classesOfCourse(course.id));
  const teacher = teaches.has(course.standing);
  return (
    <Stack gap="xl">
      <nav aria-label={t('course.breadcrumb')}>
        <Anchor component={Link} to="/" size="sm">
          {t('home.courses')}
        </Anchor>
      </nav>
      <Group justify="space-between" align="flex-start">
        <div>
          <Text size="sm" c="dimmed" ff="monospace">
            {course.code}
          </Text>
          <Title order={1}>{course.title}</Title>
          <Text c="dimmed">
            {t('course.teacher')}{' '}
            <PersonLink userId={course.instructor.id} name={course.instructor.displayName} /> ·{' '}
            {t('course.people', { count: course.enrollmentCount })}
          </Text>
          <CourseCategories course={course} />
        </div>
        {teacher && <ScheduleButton courseId={course.id} />}
      </Group>
      {course.description && <Text maw={680}>{course.description}</Text>}
      <QueryState query={sessions}>
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">{t(teacher ? 'course.noneTeacher' : 'course.none')}</Text>
          ) : (
            <Phases sessions={items} />
          )
        }
      </QueryState>
      {course.requestsCount !== null && <RequestsSection courseId={course.id} />}
      {course.canManageEnrollments && <InvitationsSection course={course} />}
    </Stack>
  );
}

function Phases({ sessions }: { sessions: readonly LiveSessionView[] }) {
  const { t } = useTranslation('courses');
  const phases = byPhase(sessions);
  return (['running', 'upcoming', 'past'] as const).map((phase) =>
    phases[phase].length === 0 ? null : (
      <Stack key={phase} component="section" gap="sm" aria-labelledby={`classes-${phase}`}>
        <Title order={2} id={`classes-${phase}`}>
          {t(`course.${phase}`)}
        </Title>
        <ClassList classes={phases[phase]} dated />
      </Stack>
    ),
  );
}
