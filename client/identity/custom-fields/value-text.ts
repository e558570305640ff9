import { useTranslation } from 'react-i18next';
import { fieldLimits } from '../../../shared/identity/custom-fields.ts';
import type { PersonField, ValueProblem } from '../../../shared/identity/custom-fields.ts';
import { formatNumber } from '../../kernel/i18n/format.ts';
import { region } from '../../kernel/i18n/region.ts';
import { customFieldsTexts } from './en.ts';

/** What is wrong with a value, in words. */
export function useProblemText(): (field: PersonField, problem: ValueProblem) => string {
  const { t } = useTranslation('customFields');
  return ({ dataType, rules }, problem) => {
    if (problem === 'pattern' && rules.pattern) return t(`problems.patterns.${rules.pattern}`);
    const isNumber = dataType === 'integer' || dataType === 'decimal';
    if (problem === 'wrong_type' && isNumber) return t('problems.no_number');
    const longest = dataType === 'url' ? fieldLimits.url : fieldLimits.text;
    return t(`problems.${problem}`, {
      min: rules.min ?? -Number.MAX_SAFE_INTEGER,
      max: rules.max ?? Number.MAX_SAFE_INTEGER,
      minLength: rules.minLength,
      maxLength: rules.maxLength ?? longest,
    });
  };
}

/** Whether a server's word for what is wrong is one that this page knows. */
export const isProblem = (code: string): code is ValueProblem => code in customFieldsTexts.problems;

/** What somebody has, for reading. */
export function useValueText(): (field: PersonField) => string {
  const { t } = useTranslation('customFields');
  return ({ dataType, options, value }) => {
    const labelOf = (chosen: string): string =>
      options.find((option) => option.value === chosen)?.label ?? t('person.gone', { value: chosen });
    if (value === null) return t('person.notFilled');
    if (Array.isArray(value)) return value.map(labelOf).join(', ');
    if (typeof value === 'boolean') return value ? t('person.yes') : t('person.no');
    if (typeof value === 'number') return formatNumber(value);
    if (dataType === 'select') return labelOf(value);
    return dataType === 'date' ? calendarDay(value) : value;
  };
}

/** A day of the calendar, which is the same in every time zone. */
const calendarDay = (day: string): string =>
  new Intl.DateTimeFormat(region().locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(day));

/** What is wanted, before anything is wrong. */
export function useHint(): (field: PersonField) => string | undefined {
  const { t } = useTranslation('customFields');
  return ({ dataType, rules: { min, max, minLength, maxLength } }) => {
    if (dataType === 'string') {
      if (minLength !== undefined && maxLength !== undefined)
        return t('hints.charactersBetween', { min: minLength, max: maxLength });
      if (minLength !== undefined) return t('hints.charactersLeast', { min: minLength });
      return maxLength === undefined ? undefined : t('hints.charactersMost', { max: maxLength });
    }
    if (min !== undefined && max !== undefined) return t('hints.between', { min, max });
    if (min !== undefined) return t('hints.least', { min });
    return max === undefined ? undefined : t('hints.most', { max });
  };
}
