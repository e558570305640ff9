import { useTranslation } from 'react-i18next';
import { ApiError } from '../../kernel/api.ts';
import { formatTime } from '../../kernel/i18n/format.ts';

/** A better sentence than the catalogue's for a refused code or proof; null where there is none. */
export function useCodeProblem(): (error: unknown) => string | null {
  const { t } = useTranslation('twoFactor');
  return (error) => {
    if (!(error instanceof ApiError)) return null;
    const data = (error.data ?? {}) as { attemptsLeft?: number; until?: string };
    if (error.code === 'wrong_code' && data.attemptsLeft !== undefined)
      return t('wrongCode', { count: data.attemptsLeft });
    if (error.code === 'account_locked' && data.until) return t('locked', { time: formatTime(data.until) });
    if (error.code === 'proof_invalid') return t('codeNotRight');
    return null;
  };
}
