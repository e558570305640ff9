import { useTranslation } from 'react-i18next';
import { ApiError } from '../../kernel/api.ts';
import { ceremonyProblem } from './passkey-support.ts';

/** A better sentence than the catalogue's for what can go wrong with ways to sign in; null where there is none. */
export function useProblemText(): (error: unknown) => string | null {
  const { t } = useTranslation('signInMethods');
  return (error) => {
    const problem = ceremonyProblem(error);
    if (problem) return t(`ceremony.${problem}`);
    return error instanceof ApiError && error.code === 'step_up_required' ? t('stepUp') : null;
  };
}
