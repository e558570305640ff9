import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LiveSessionView } from '../../../shared/live/contract.ts';

/** From a class to its course; a guest sees none, and goes home. */
export function WayBack({ session }: { session: Pick<LiveSessionView, 'courseId' | 'isGuest'> }) {
  const { t } = useTranslation('live');
  const courseId = session.isGuest ? null : session.courseId;
  return (
    <Anchor component={Link} to={courseId ? `/courses/${courseId}` : '/'} size="sm">
      {t(courseId ? 'prejoin.backCourse' : session.isGuest ? 'prejoin.backHome' : 'prejoin.back')}
    </Anchor>
  );
}
