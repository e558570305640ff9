import { Badge, Card, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CourseView } from '../../shared/courses/contract.ts';
import classes from './courses.module.css';

export function CourseCard({ course }: { course: CourseView }) {
  const { t } = useTranslation('courses');
  return (
    <Card
      component={Link}
      to={`/courses/${course.id}`}
      withBorder
      padding="lg"
      radius="lg"
      className={classes.card}
      data-testid="course-card"
    >
      <Group justify="space-between" gap="xs" mb="sm" wrap="nowrap">
        <Text size="sm" c="dimmed" ff="monospace">
          {course.code}
        </Text>
        <Group gap={6} justify="flex-end">
          {course.requestsCount !== null && course.requestsCount > 0 && (
            <Badge tt="none" data-testid="course-requests">
              {t('requests.waiting', { count: course.requestsCount })}
            </Badge>
          )}
          <Badge variant="light" tt="none">
            {t(`standing.${course.standing}`)}
          </Badge>
        </Group>
      </Group>
      <Text fw={650} size="lg" lh={1.3}>
        {course.title}
      </Text>
      {course.subtitle && (
        <Text size="sm" c="dimmed" lineClamp={2}>
          {course.subtitle}
        </Text>
      )}
      <Text size="sm" c="dimmed" mt="auto" pt="md">
        {t('course.by', { name: course.instructor.displayName })}
      </Text>
    </Card>
  );
}
