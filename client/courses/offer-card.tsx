import { Anchor, Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CatalogueItem } from '../../shared/courses/catalogue.ts';
import { serverNow } from '../kernel/server-clock.ts';
import { EnterButton } from './enter-button.tsx';
import { offerState } from './offer-state.ts';
import classes from './courses.module.css';

interface OfferCardProps {
  course: CatalogueItem;
  /** Why it is shown, where that is worth a line. */
  because?: string;
}

/** A course that somebody finds: what it is, and the way in. */
export function OfferCard({ course, because }: OfferCardProps) {
  const { t } = useTranslation('courses');
  return (
    <Card
      component="li"
      withBorder
      padding="lg"
      radius="lg"
      className={classes.offer}
      data-testid="offer-card"
    >
      <Stack gap={6} h="100%">
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" ff="monospace">
            {course.code}
          </Text>
          <OfferMark course={course} />
        </Group>
        <Title order={3} size="h4">
          <Anchor component={Link} to={`/catalogue/${course.id}`} inherit c="inherit">
            {course.title}
          </Anchor>
        </Title>
        {course.subtitle && <Text size="sm">{course.subtitle}</Text>}
        {course.description && (
          <Text size="sm" c="dimmed" lineClamp={3}>
            {course.description}
          </Text>
        )}
        {because !== undefined && (
          <Text size="sm" fs="italic" data-testid="offer-because">
            {t('catalogue.because', { interest: because })}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          <OfferFacts course={course} />
        </Text>
        <Group mt="auto" pt="xs">
          <EnterButton course={course} />
        </Group>
      </Stack>
    </Card>
  );
}

/** Who teaches it, for whom, about what, and how many more it takes. */
function OfferFacts({ course }: { course: CatalogueItem }) {
  const { t } = useTranslation('courses');
  const facts = [
    t('course.by', { name: course.instructor.displayName }),
    t(`catalogue.level.${course.difficulty}`),
    ...course.categories,
    ...(course.placesLeft === null ? [] : [t('catalogue.places', { count: course.placesLeft })]),
  ];
  return facts.join(' · ');
}

/** What somebody is to a course already, in two words. */
function OfferMark({ course }: { course: CatalogueItem }) {
  const { t } = useTranslation('courses');
  const state = offerState(course, serverNow());
  const mark = state === 'wait' ? 'declined' : state;
  if (mark !== 'open' && mark !== 'teaching' && mark !== 'pending' && mark !== 'declined') return null;
  return (
    <Badge variant="light" tt="none" data-testid="offer-mark">
      {t(`catalogue.mark.${mark}`)}
    </Badge>
  );
}
