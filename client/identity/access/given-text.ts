import { useTranslation } from 'react-i18next';
import type { AssignmentView } from '../../../shared/identity/access.ts';
import { formatDate, formatTime } from '../../kernel/i18n/format.ts';
import { serverNow } from '../../kernel/server-clock.ts';

type Given = Pick<AssignmentView, 'context' | 'expiresAt' | 'assignedAt' | 'assignedBy'>;

export const hasEnded = ({ expiresAt }: Pick<Given, 'expiresAt'>): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= serverNow();

/** An end may be years away, so with its year. */
export function useEndText(): (instant: string) => string {
  const { t } = useTranslation('access');
  return (instant) => t('expiry.moment', { day: formatDate(instant), time: formatTime(instant) });
}

/** Where, until when, since when and by whom something was given, in words. */
export function useGivenText(): { where: (given: Given) => string; facts: (given: Given) => string } {
  const { t } = useTranslation('access');
  const momentOf = useEndText();
  const where = ({ context }: Given): string => {
    if (context === null) return t('place.inOrganization');
    const { title, type } = context;
    if (title === null) return t('place.inElsewhere');
    return t(type === 'course' ? 'place.inCourse' : 'place.inClass', { title });
  };
  const facts = (given: Given): string => {
    const { expiresAt, assignedAt, assignedBy } = given;
    const day = formatDate(assignedAt);
    const end = hasEnded(given) ? 'person.ended' : 'person.until';
    return [
      where(given),
      ...(expiresAt === null ? [] : [t(end, { moment: momentOf(expiresAt) })]),
      assignedBy ? t('person.by', { name: assignedBy.displayName, day }) : t('person.since', { day }),
    ].join(' · ');
  };
  return { where, facts };
}
