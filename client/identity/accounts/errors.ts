import { useTranslation } from 'react-i18next';
import { ApiError } from '../../kernel/api.ts';
import { formatTime } from '../../kernel/i18n/format.ts';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { accountsTexts } from './en.ts';

type Reason = keyof typeof accountsTexts.reasons;

type Named = keyof typeof accountsTexts.invalid;

const isNamed = (text: string): text is Named => text in accountsTexts.invalid;

const isReason = (text: string): text is Reason => text in accountsTexts.reasons;

/** What is wrong with each field, in words: the server's refusals of shapes, passwords, codes and names that somebody has. */
export function useFieldErrors(): (error: unknown) => Record<string, string> {
  const { t } = useTranslation('accounts');
  const errorText = useErrorText();
  return (error) => {
    if (!(error instanceof ApiError)) return {};
    const data = (error.data ?? {}) as { reasons?: string[]; attemptsLeft?: number; field?: string };
    switch (error.code) {
      case 'weak_password':
        return {
          password: [
            errorText(error),
            ...(data.reasons ?? []).filter(isReason).map((one) => t(`reasons.${one}`)),
          ].join(' '),
        };
      case 'breached_password':
        return { password: errorText(error) };
      case 'wrong_code':
        return { code: t('wrongCode', { count: data.attemptsLeft ?? 0 }) };
      case 'already_exists':
        return data.field ? { [data.field]: t('taken') } : {};
      default:
        return Object.fromEntries(
          error.errors.map(({ path }) => {
            const [name = ''] = path.split('.');
            return [name, t(`invalid.${isNamed(name) ? name : 'other'}`)];
          }),
        );
    }
  };
}

/** When to ask again, where the refusal says so. */
export function useWaitText(): (error: unknown) => string | null {
  const { t } = useTranslation('accounts');
  return (error) => {
    if (!(error instanceof ApiError)) return null;
    const { until, retryAfterSeconds } = (error.data ?? {}) as { until?: string; retryAfterSeconds?: number };
    if (error.code === 'account_locked' && until) return t('locked', { time: formatTime(until) });
    if (error.code === 'rate_limited' && retryAfterSeconds) return t('wait', { seconds: retryAfterSeconds });
    return null;
  };
}
