import { useTranslation } from 'react-i18next';
import { codeOf } from '../../kernel/request-error.ts';
import { serverNow } from '../../kernel/server-clock.ts';
import { fieldErrors } from '../organizations/field-errors.ts';
import { isChosen } from './place.ts';
import type { Place } from './place.ts';

interface Asked {
  error: unknown;
  place: Place;
  /** Undefined: it is not filled in. */
  expiresAt: string | null | undefined;
  /** Whether somebody has tried to send it. */
  checked: boolean;
  /** The field that says what is given. */
  field: 'roleId' | 'permission';
  texts: { already: string; tooHigh: string };
}

/** Whether an end that was chosen is over already. */
export const isPast = (expiresAt: string | null | undefined): boolean =>
  typeof expiresAt === 'string' && Date.parse(expiresAt) <= serverNow();

/** What is wrong with a form that gives something, and where. */
export function useGivingProblem({ error, place, expiresAt, checked, field, texts }: Asked): {
  fields: Record<string, string>;
  text: string | null;
} {
  const { t } = useTranslation('access');
  const fields = fieldErrors(error, texts.already);
  const code = codeOf(error);
  if (error && code === 'role_level') fields[field] = texts.tooHigh;
  if (checked && !isChosen(place)) fields['context'] = t('missing');
  if (checked && expiresAt === undefined) fields['expiresAt'] = t('expiry.missing');
  if (checked && isPast(expiresAt)) fields['expiresAt'] = t('expiry.past');
  if (error && code === 'not_found') return { fields, text: t('explorer.gone') };
  return { fields, text: Object.keys(fields).length > 0 ? t('form.check') : null };
}
