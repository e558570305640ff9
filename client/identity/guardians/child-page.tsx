import { Anchor, Group, Paper, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { LearnerCourseView } from '../../../shared/courses/learner.ts';
import { NotFoundPage } from '../../kernel/ui/not-found-page.tsx';
import { PagedList } from '../../kernel/ui/paged-list.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { usePageTitle } from '../../kernel/ui/use-page-title.ts';
import { AttendanceList } from './attendance-list.tsx';
import classes from './guardians.module.css';
import { attendanceOfChild, coursesOfChild, myChildren } from './queries.ts';

/** `/account/family/:userId`: courses and attendance of a child, to read. */
export function ChildPage() {
  const { t } = useTranslation(['guardians', 'kernel']);
  const { userId = '' } = useParams();
  const children = useQuery(myChildren);
  const courses = useQuery(coursesOfChild(userId));
  const link = children.data?.items.find(({ child }) => child.id === userId);
  usePageTitle(link?.child.displayName ?? t('title'));
  // Not linked, or not any more.
  if (children.data && !link) return <NotFoundPage />;
  const failed = children.error ?? courses.error;
  return (
    <Stack gap="lg" maw={820}>
      <div>
        <Anchor component={Link} to="/account/family" size="sm">
          <Group gap={4} component="span">
            <IconArrowLeft size={16} aria-hidden />
            {t('child.back')}
          </Group>
        </Anchor>
        <Title order={2}>{link?.child.displayName ?? t('title')}</Title>
      </div>
      {failed ? (
        <ProblemAlert
          title={t('child.failed')}
          error={failed}
          onRetry={() => {
            void children.refetch();
            void courses.refetch();
          }}
        />
      ) : courses.data ? (
        <>
          <Courses items={courses.data.items} />
          <Attendance userId={userId} courses={courses.data.items} />
        </>
      ) : (
        <Skeleton height={200} radius="md" role="status" aria-label={t('kernel:loading')} />
      )}
    </Stack>
  );
}

function Courses({ items }: { items: LearnerCourseView[] }) {
  const { t } = useTranslation('guardians');
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="child-courses">
      <Title order={3} size="h4" id="child-courses" mb="xs">
        {t('child.courses')}
      </Title>
      {items.length === 0 ? (
        <Text>{t('child.noCourses')}</Text>
      ) : (
        <ul className={classes.list}>
          {items.map(({ id, title, instructor }) => (
            <li key={id} className={classes.row} data-testid="child-course">
              <div className={classes.text}>
                <Text fw={600}>{title}</Text>
                <Text size="sm" c="dimmed">
                  {t('child.with', { name: instructor.displayName })}
                </Text>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Paper>
  );
}

function Attendance({ userId, courses }: { userId: string; courses: LearnerCourseView[] }) {
  const { t } = useTranslation('guardians');
  const [courseId, setCourseId] = useState<string | null>(null);
  const query = useInfiniteQuery(attendanceOfChild(userId, courseId));
  return (
    <Paper component="section" withBorder p="lg" radius="md" aria-labelledby="child-attendance">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h4" id="child-attendance">
          {t('child.attendance')}
        </Title>
        {courses.length > 1 && (
          <Select
            aria-label={t('child.course')}
            placeholder={t('child.allCourses')}
            data={courses.map(({ id, title }) => ({ value: id, label: title }))}
            value={courseId}
            onChange={setCourseId}
            clearable
            data-testid="attendance-course"
          />
        )}
      </Group>
      <PagedList query={query} failed={t('child.failed')} empty={<Text>{t('child.noClasses')}</Text>}>
        {(items) => <AttendanceList items={items} />}
      </PagedList>
    </Paper>
  );
}
