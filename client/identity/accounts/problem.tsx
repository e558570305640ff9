import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { useFieldErrors, useWaitText } from './errors.ts';

/** A refusal that no field shows. `fields`: those that the form has. */
export function Problem({ error, fields }: { error: unknown; fields: readonly string[] }) {
  const { t } = useTranslation('accounts');
  const fieldErrors = useFieldErrors();
  const waitText = useWaitText();
  if (!error || Object.keys(fieldErrors(error)).some((name) => fields.includes(name))) return null;
  return <ProblemAlert title={t('failed')} error={error} text={waitText(error)} />;
}
