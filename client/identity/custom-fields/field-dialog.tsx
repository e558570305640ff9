import { Button, Checkbox, Group, Modal, NativeSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { customFieldRoutes, hasOptions } from '../../../shared/identity/custom-field-routes.ts';
import type { FieldDefinitionView } from '../../../shared/identity/custom-field-routes.ts';
import { fieldEditors, fieldTypes } from '../../../shared/identity/custom-fields.ts';
import type { FieldEditor, FieldType } from '../../../shared/identity/custom-fields.ts';
import { ApiError, api } from '../../kernel/api.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { definitionOf, draftOf, draftProblems, keyOf, newOption } from './field-draft.ts';
import type { DraftProblem, FieldDraft } from './field-draft.ts';
import { customFieldsTexts } from './en.ts';
import { OptionsEditor } from './options-editor.tsx';
import { fieldsIn } from './queries.ts';
import { RuleInputs } from './rule-inputs.tsx';

interface FieldDialogProps {
  organizationId: string;
  /** Null: a new one. */
  field: FieldDefinitionView | null;
  opened: boolean;
  onClose: () => void;
}

/** Adds a field, or changes one. */
export function FieldDialog(props: FieldDialogProps) {
  const { t } = useTranslation(['customFields', 'kernel']);
  const { field, opened, onClose } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={field ? t('form.editTitle', { label: field.label }) : t('form.addTitle')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <FieldForm {...props} />
    </Modal>
  );
}

const isDraftProblem = (code: string): code is DraftProblem => code in customFieldsTexts.form.problems;

/** What the server says of the parts, by path. */
function refusedOf(error: unknown): Map<string, DraftProblem> {
  if (!(error instanceof ApiError)) return new Map();
  if (error.code === 'already_exists') return new Map([['key', 'taken']]);
  return new Map(error.errors.map(({ path, code }) => [path, isDraftProblem(code) ? code : 'other']));
}

/** Its own component: what was typed lives as long as the dialog is open. */
function FieldForm({ organizationId, field, onClose }: FieldDialogProps) {
  const { t } = useTranslation(['customFields', 'kernel']);
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(field));
  const [isChecked, setChecked] = useState(false);
  const saving = useMutation({
    mutationFn: () => {
      const body = definitionOf(draft);
      return field
        ? api.call(customFieldRoutes.update, { params: { organizationId, fieldId: field.id }, body })
        : api.call(customFieldRoutes.create, { params: { organizationId }, body });
    },
    onSuccess: async ({ label }) => {
      const message = t(field ? 'form.saved' : 'form.added', { label });
      notifications.show({ message });
      announce(message);
      await client.invalidateQueries({ queryKey: fieldsIn(organizationId).queryKey });
      onClose();
    },
  });
  const problems = draftProblems(draft);
  const refused = refusedOf(saving.error);
  const errorOf = (path: string): string | undefined => {
    const problem = (isChecked ? problems.get(path) : undefined) ?? refused.get(path);
    return problem && t(`form.problems.${problem}`);
  };
  const change = (part: Partial<FieldDraft>): void => {
    setDraft((before) => ({ ...before, ...part }));
    // A refusal is about what was sent, not about what is there now.
    if (saving.isError) saving.reset();
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (problems.size === 0) saving.mutate();
  };
  const isFixed = (field?.inUse ?? 0) > 0;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {saving.isError && refused.size === 0 && (
          <ProblemAlert title={t('form.failed')} error={saving.error} />
        )}
        <TextInput
          label={t('form.label')}
          description={t('form.labelHint')}
          value={draft.label}
          maxLength={100}
          autoComplete="off"
          onChange={(event) => change({ label: event.currentTarget.value })}
          error={errorOf('label')}
          data-autofocus
          data-testid="field-label"
        />
        <NativeSelect
          label={t('form.type')}
          value={draft.dataType}
          disabled={isFixed}
          onChange={(event) => {
            const dataType = event.currentTarget.value as FieldType;
            const isEmpty = hasOptions(dataType) && draft.options.length === 0;
            change({ dataType, ...(isEmpty ? { options: [newOption(), newOption()] } : {}) });
          }}
          data={fieldTypes.map((value) => ({ value, label: t(`types.${value}`) }))}
          data-testid="field-type"
        />
        {hasOptions(draft.dataType) && (
          <OptionsEditor
            options={draft.options}
            onChange={(options) => change({ options })}
            error={errorOf('options')}
            errorOf={(index) => errorOf(`options.${index}`)}
          />
        )}
        <RuleInputs draft={draft} onChange={change} errorOf={errorOf} />
        <TextInput
          label={t('form.key')}
          description={t('form.keyHint')}
          value={keyOf(draft)}
          maxLength={40}
          disabled={isFixed}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => change({ key: event.currentTarget.value })}
          error={errorOf('key')}
          data-testid="field-key"
        />
        {isFixed && (
          <Text size="sm" c="dimmed">
            {t('form.fixed')}
          </Text>
        )}
        <Radio.Group
          label={t('form.editableBy')}
          value={draft.editableBy}
          onChange={(value) => change({ editableBy: value as FieldEditor })}
        >
          <Stack gap="xs" mt={6}>
            {fieldEditors.map((value) => (
              <Radio
                key={value}
                value={value}
                label={t(`form.editors.${value}`)}
                data-testid={`field-by-${value}`}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Checkbox
          label={t('form.required')}
          description={t(
            draft.editableBy === 'person' ? 'form.requiredPerson' : 'form.requiredAdministration',
          )}
          checked={draft.isRequired}
          onChange={(event) => change({ isRequired: event.currentTarget.checked })}
          data-testid="field-required"
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={saving.isPending} data-testid="field-submit">
            {t(field ? 'form.submitEdit' : 'form.submitAdd')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
