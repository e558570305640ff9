import { useTranslation } from 'react-i18next';
import { codeOf, suspendedUntil } from '../request-error.ts';
import { formatDate, formatTime } from './format.ts';

/** Turns anything thrown, or a bare code, into a sentence for a person. */
export function useErrorText(): (error: unknown) => string {
  const { t, i18n } = useTranslation(['errors', 'kernel']);
  return (error) => {
    const until = suspendedUntil(error);
    if (until) return t('kernel:suspendedUntil', { day: formatDate(until), time: formatTime(until) });
    const code = typeof error === 'string' ? error : codeOf(error);
    // A newer server may know codes that this page does not.
    return i18n.exists(code, { ns: 'errors' }) ? t(code as 'internal') : t('internal');
  };
}
