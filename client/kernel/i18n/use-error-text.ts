import { useTranslation } from 'react-i18next';
import { codeOf } from '../request-error.ts';

/** Turns anything thrown, or a bare code, into a sentence for a person. */
export function useErrorText(): (error: unknown) => string {
  const { t, i18n } = useTranslation('errors');
  return (error) => {
    const code = typeof error === 'string' ? error : codeOf(error);
    // A newer server may know codes that this page does not.
    return i18n.exists(code, { ns: 'errors' }) ? t(code as 'internal') : t('internal');
  };
}
