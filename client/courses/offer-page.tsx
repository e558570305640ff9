import { Alert, Anchor, Badge, Group, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { CatalogueItem } from '../../shared/courses/catalogue.ts';
import { formatLanguage, formatMoment } from '../kernel/i18n/format.ts';
import { serverNow } from '../kernel/server-clock.ts';
import { NotFoundPage } from '../kernel/ui/not-found-page.tsx';
import { PageShell } from '../kernel/ui/page-shell.tsx';
import { PersonLink } from '../kernel/ui/person-link.tsx';
import { usePageTitle } from '../kernel/ui/use-page-title.ts';
import { EnterButton } from './enter-button.tsx';
import { LeaveButton } from './leave-button.tsx';
import { isMissing } from './missing.ts';
import { oneOffer } from './offer-queries.ts';
import { offerState } from './offer-state.ts';
import { QueryState } from './query-state.tsx';

/** One course that can be found: what it is about, and the way in or out. */
export function OfferPage() {
  const { courseId = '' } = useParams();
  const course = useQuery(oneOffer(courseId));
  usePageTitle(course.data?.title);
  if (isMissing(course.error)) return <NotFoundPage />;
  return (
    <PageShell>
      <QueryState query={course}>{(data) => <Offer course={data} />}</QueryState>
    </PageShell>
  );
}

function Offer({ course }: { course: CatalogueItem }) {
  const { t } = useTranslation('courses');
  // What one pressed is gone afterwards, and the focus with it: the title says where one is.
  const heading = useRef<HTMLHeadingElement>(null);
  const refocus = (): void => heading.current?.focus();
  return (
    <Stack gap="lg" align="flex-start">
      <nav aria-label={t('catalogue.breadcrumb')}>
        <Anchor component={Link} to="/catalogue" size="sm">
          {t('catalogue.title')}
        </Anchor>
      </nav>
      <div>
        <Text size="sm" c="dimmed" ff="monospace">
          {course.code}
        </Text>
        <Title order={1} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
          {course.title}
        </Title>
        {course.subtitle && <Text size="lg">{course.subtitle}</Text>}
        <Text c="dimmed">
          {t('course.teacher')}{' '}
          <PersonLink userId={course.instructor.id} name={course.instructor.displayName} /> ·{' '}
          {t('course.people', { count: course.enrollmentCount })}
          {course.placesLeft !== null && ` · ${t('catalogue.places', { count: course.placesLeft })}`}
        </Text>
      </div>
      <Group gap="xs">
        {[
          t(`catalogue.level.${course.difficulty}`),
          formatLanguage(course.language),
          ...course.categories,
        ].map((text) => (
          <Badge key={text} variant="light" color="gray" tt="none">
            {text}
          </Badge>
        ))}
      </Group>
      <OfferStanding course={course} />
      <Group>
        <EnterButton course={course} onDone={refocus} />
        {course.canWithdraw && (course.mine === 'pending' || course.mine === 'enrolled') && (
          <LeaveButton key={course.mine} course={course} onDone={refocus} />
        )}
      </Group>
      <Stack component="section" gap="xs" aria-labelledby="about">
        <Title order={2} size="h3" id="about">
          {t('catalogue.about')}
        </Title>
        <Text maw={680} style={{ whiteSpace: 'pre-line' }}>
          {course.description || t('catalogue.noDescription')}
        </Text>
      </Stack>
    </Stack>
  );
}

/** How one stands with a course, in a sentence. */
function OfferStanding({ course }: { course: CatalogueItem }) {
  const { t } = useTranslation('courses');
  const state = offerState(course, serverNow());
  if (state === 'enroll') return null;
  if (state === 'ask' && !course.rejection) return <Text>{t('catalogue.approval')}</Text>;
  const { rejection } = course;
  return (
    <Alert icon={<IconInfoCircle aria-hidden />} data-testid="offer-standing" data-state={state}>
      {rejection ? (
        <>
          <Text>{t('catalogue.state.declined')}</Text>
          {rejection.reason && (
            <Text style={{ overflowWrap: 'anywhere' }}>
              {t('catalogue.state.reason', { reason: rejection.reason })}
            </Text>
          )}
          {state === 'wait' && (
            <Text>{t('catalogue.state.wait', { moment: formatMoment(rejection.askAgainAt) })}</Text>
          )}
        </>
      ) : (
        state !== 'ask' && state !== 'wait' && t(`catalogue.state.${state}`)
      )}
    </Alert>
  );
}
