import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { myInterests } from '../identity/profiles/queries.ts';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import { useMe } from '../kernel/use-sign-in.ts';
import classes from './courses.module.css';
import { OfferCard } from './offer-card.tsx';
import { recommended } from './offer-queries.ts';

/** Courses that fit what one wants to learn; where nothing is known of that, the way to say it. */
export function ForYou() {
  const { t } = useTranslation('courses');
  const courses = useQuery(recommended);
  return (
    <Stack component="section" gap="sm" aria-labelledby="for-you">
      <Title order={2} id="for-you">
        {t('catalogue.forYou')}
      </Title>
      {courses.isError && !courses.data && (
        <ProblemAlert
          title={t('catalogue.forYouFailed')}
          error={courses.error}
          onRetry={() => void courses.refetch()}
        />
      )}
      {courses.data?.items.length === 0 && <NothingForYou />}
      {courses.data && courses.data.items.length > 0 && (
        <ul className={classes.offers} data-testid="for-you">
          {courses.data.items.map(({ because, ...course }) => (
            <OfferCard key={course.id} course={course} because={because} />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function NothingForYou() {
  const { t } = useTranslation('courses');
  const me = useMe();
  const interests = useQuery(myInterests);
  if (!interests.data) return null;
  if (interests.data.interests.length > 0) return <Text c="dimmed">{t('catalogue.nothingNew')}</Text>;
  return (
    <Text c="dimmed" data-testid="no-interests">
      {t('catalogue.noInterests')}{' '}
      <Anchor component={Link} to={`/people/${me.id}`} inherit underline="always">
        {t('catalogue.toInterests')}
      </Anchor>
    </Text>
  );
}
