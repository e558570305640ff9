import { NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { rulesOfType } from '../../../shared/identity/custom-field-routes.ts';
import { textPatternNames } from '../../../shared/identity/custom-fields.ts';
import { boundNames } from './field-draft.ts';
import type { BoundName, FieldDraft } from './field-draft.ts';

interface RuleInputsProps {
  draft: FieldDraft;
  onChange: (part: Partial<FieldDraft>) => void;
  errorOf: (path: string) => string | undefined;
}

/** Of a multiple choice, the bounds say how many are chosen. */
const textOf = (name: BoundName, counts: boolean) =>
  counts && (name === 'min' || name === 'max') ? (`form.${name}Chosen` as const) : (`form.${name}` as const);

/** The rules that the chosen type knows. */
export function RuleInputs({ draft, onChange, errorOf }: RuleInputsProps) {
  const { t } = useTranslation('customFields');
  const known = rulesOfType[draft.dataType];
  if (known.length === 0) return null;
  const counts = draft.dataType === 'multi_select';
  return (
    <>
      <SimpleGrid cols={2}>
        {boundNames
          .filter((name) => known.includes(name))
          .map((name) => (
            <TextInput
              key={name}
              label={t(textOf(name, counts))}
              inputMode={draft.dataType === 'decimal' ? 'decimal' : 'numeric'}
              autoComplete="off"
              maxLength={20}
              value={draft[name]}
              onChange={(event) => onChange({ [name]: event.currentTarget.value })}
              error={errorOf(`rules.${name}`)}
              data-testid={`field-${name}`}
            />
          ))}
      </SimpleGrid>
      {known.includes('pattern') && (
        <NativeSelect
          label={t('form.pattern')}
          value={draft.pattern}
          onChange={(event) => onChange({ pattern: event.currentTarget.value as FieldDraft['pattern'] })}
          data={[
            { value: '', label: t('form.patterns.any') },
            ...textPatternNames.map((value) => ({ value, label: t(`form.patterns.${value}`) })),
          ]}
          data-testid="field-pattern"
        />
      )}
    </>
  );
}
