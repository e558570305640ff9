import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldLimits } from '../../../shared/identity/custom-fields.ts';
import { newOption } from './field-draft.ts';
import type { DraftOption } from './field-draft.ts';

interface OptionsEditorProps {
  options: readonly DraftOption[];
  onChange: (options: DraftOption[]) => void;
  /** What is wrong with all of them. */
  error: string | undefined;
  /** What is wrong with one, by its number from 0. */
  errorOf: (index: number) => string | undefined;
}

/** The options of a choice: Enter goes on to a new one. */
export function OptionsEditor({ options, onChange, error, errorOf }: OptionsEditorProps) {
  const { t } = useTranslation('customFields');
  const added = useRef<number | null>(null);
  const add = (): void => {
    if (options.length >= fieldLimits.options) return;
    const option = newOption();
    added.current = option.id;
    onChange([...options, option]);
  };
  const swap = (index: number): void => {
    const next = [...options];
    const [moved] = next.splice(index, 1);
    if (moved) next.splice(index - 1, 0, moved);
    onChange(next);
  };
  return (
    <Input.Wrapper label={t('form.options')} labelElement="div" error={error}>
      <Stack gap="xs" mt={4}>
        {options.map((option, index) => (
          <Group key={option.id} gap={4} wrap="nowrap" align="flex-start">
            <TextInput
              flex={1}
              aria-label={t('form.option', { number: index + 1 })}
              // In the colour of an error it would look like something typed.
              placeholder={errorOf(index) ? undefined : t('form.option', { number: index + 1 })}
              value={option.label}
              maxLength={100}
              autoComplete="off"
              ref={(input) => {
                if (input && added.current === option.id) {
                  added.current = null;
                  input.focus();
                }
              }}
              onChange={({ currentTarget: { value: label } }) =>
                onChange(options.map((one) => (one.id === option.id ? { ...one, label } : one)))
              }
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
                event.preventDefault();
                add();
              }}
              error={errorOf(index)}
              data-testid="option-label"
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              disabled={index === 0}
              aria-label={t('form.optionUp', { number: index + 1 })}
              onClick={() => swap(index)}
            >
              <IconArrowUp size={18} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={36}
              aria-label={t('form.removeOption', { number: index + 1 })}
              onClick={() => onChange(options.filter(({ id }) => id !== option.id))}
              data-testid="option-remove"
            >
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={options.length >= fieldLimits.options}
            onClick={add}
            data-testid="option-add"
          >
            {t('form.addOption')}
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
