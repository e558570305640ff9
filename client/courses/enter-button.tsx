import { Button, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CatalogueItem } from '../../shared/courses/catalogue.ts';
import { serverNow } from '../kernel/server-clock.ts';
import { announce } from '../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../kernel/ui/problem-alert.tsx';
import { useEnroll } from './offer-queries.ts';
import { offerState } from './offer-state.ts';

interface EnterButtonProps {
  course: CatalogueItem;
  /** After the person has entered, or asked. */
  onDone?: () => void;
}

/** The way into a course: enter it, ask for a place, or open it. Nothing where there is none. */
export function EnterButton({ course, onDone }: EnterButtonProps) {
  const { t } = useTranslation('courses');
  const enrolling = useEnroll(course.id);
  const state = offerState(course, serverNow());
  const { title } = course;
  const enter = (): void =>
    enrolling.mutate(undefined, {
      onSuccess: ({ mine }) => {
        const done = t(mine === 'pending' ? 'catalogue.asked' : 'catalogue.enrolled', { title });
        notifications.show({ message: done });
        announce(done);
        onDone?.();
      },
    });
  if (state === 'open' || state === 'teaching')
    return (
      <Button
        component={Link}
        to={`/courses/${course.id}`}
        aria-label={t('catalogue.openNamed', { title })}
        data-testid="offer-open"
      >
        {t('catalogue.open')}
      </Button>
    );
  const problem = enrolling.isError && (
    <ProblemAlert title={t('catalogue.actionFailed')} error={enrolling.error} />
  );
  if (state !== 'enroll' && state !== 'ask') return problem || null;
  const way = state === 'ask' && course.rejection ? 'askAgain' : state;
  return (
    <Stack gap="xs" align="flex-start">
      {problem}
      <Button
        variant={way === 'enroll' ? 'filled' : 'default'}
        onClick={enter}
        loading={enrolling.isPending}
        aria-label={t(`catalogue.${way}Named`, { title })}
        data-testid="offer-enter"
      >
        {t(`catalogue.${way}`)}
      </Button>
    </Stack>
  );
}
