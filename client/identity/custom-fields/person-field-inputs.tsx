import { MultiSelect, NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FieldEditor, PersonField } from '../../../shared/identity/custom-fields.ts';
import { inputId } from './use-person-fields.ts';
import type { PersonFieldsState } from './use-person-fields.ts';
import { typedOf } from './value-draft.ts';
import { useHint, useValueText } from './value-text.ts';

interface PersonFieldInputsProps {
  fields: readonly PersonField[];
  state: PersonFieldsState;
  by: FieldEditor;
  disabled?: boolean;
}

/** Somebody's fields, each with the input of its type. */
export function PersonFieldInputs({ fields, state, by, disabled = false }: PersonFieldInputsProps) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {fields.map((field) =>
        by === 'person' && field.editableBy === 'administration' ? (
          <ReadOnlyField key={field.key} field={field} />
        ) : (
          <FieldInput key={field.key} field={field} state={state} disabled={disabled} />
        ),
      )}
    </SimpleGrid>
  );
}

function ReadOnlyField({ field }: { field: PersonField }) {
  const { t } = useTranslation('customFields');
  const valueText = useValueText();
  return (
    <TextInput
      label={field.label}
      description={t('person.readOnly')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={valueText(field)}
      readOnly
      data-testid={`field-${field.key}`}
    />
  );
}

interface FieldInputProps {
  field: PersonField;
  state: PersonFieldsState;
  disabled: boolean;
}

function FieldInput({ field, state, disabled }: FieldInputProps) {
  const hint = useHint();
  const { key, label, dataType, isRequired } = field;
  const typed = state.draft[key] ?? typedOf(field);
  const common = {
    id: inputId(key),
    label,
    // What is wrong says it too.
    description: state.errors[key] ? undefined : hint(field),
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as (
      | 'label'
      | 'input'
      | 'description'
      | 'error'
    )[],
    withAsterisk: isRequired,
    disabled,
    error: state.errors[key],
    'aria-required': isRequired,
    'data-testid': `field-${key}`,
  };
  const set = (next: string | string[]): void => state.set(key, next);
  const text = Array.isArray(typed) ? '' : typed;
  const choices = useChoices(field);
  switch (dataType) {
    case 'multi_select':
      return (
        <MultiSelect
          {...common}
          data={choices}
          value={Array.isArray(typed) ? typed : []}
          onChange={set}
          searchable
          clearable={!disabled}
          hidePickedOptions
        />
      );
    case 'select':
    case 'boolean':
      return (
        <NativeSelect
          {...common}
          data={choices}
          value={text}
          onChange={(event) => set(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          type={dataType === 'date' || dataType === 'url' ? dataType : 'text'}
          inputMode={dataType === 'integer' ? 'numeric' : dataType === 'decimal' ? 'decimal' : undefined}
          autoComplete="off"
          maxLength={2000}
          value={text}
          onChange={(event) => set(event.currentTarget.value)}
        />
      );
  }
}

/** What there is to choose from; what was chosen once and is not offered any more stays visible. */
function useChoices({ dataType, options, value }: PersonField): { value: string; label: string }[] {
  const { t } = useTranslation('customFields');
  const none = { value: '', label: t('person.notFilled') };
  if (dataType === 'boolean')
    return [none, { value: 'true', label: t('person.yes') }, { value: 'false', label: t('person.no') }];
  const stored = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
  const gone = stored
    .filter((chosen) => !options.some((option) => option.value === chosen))
    .map((chosen) => ({ value: chosen, label: t('person.gone', { value: chosen }) }));
  return [...(dataType === 'select' ? [none] : []), ...options, ...gone];
}
