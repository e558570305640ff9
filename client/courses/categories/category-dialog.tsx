import {
  Button,
  Checkbox,
  ColorInput,
  Group,
  Modal,
  NativeSelect,
  Radio,
  Stack,
  TextInput,
  Textarea,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { categoryIcons, categoryLimits, categoryRoutes } from '../../../shared/courses/categories.ts';
import type { CategoryIcon, CategoryView } from '../../../shared/courses/categories.ts';
import { api } from '../../kernel/api.ts';
import { codeOf } from '../../kernel/request-error.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ProblemAlert } from '../../kernel/ui/problem-alert.tsx';
import { draftOf, draftProblems, inputOf, parentsFor, refusedOf } from './category-draft.ts';
import type { CategoryDraft, Scope } from './category-draft.ts';
import { CategoryMark } from './category-icon.tsx';
import type { CategoryListProps } from './category-list.tsx';
import { useCategoryRefresh } from './queries.ts';

interface CategoryDialogProps extends CategoryListProps {
  /** Null: a new one. */
  category: CategoryView | null;
  opened: boolean;
  onClose: () => void;
}

/** Adds a category, or changes one. */
export function CategoryDialog(props: CategoryDialogProps) {
  const { t } = useTranslation(['categories', 'kernel']);
  const { category, opened, onClose } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={category ? t('form.editTitle', { name: category.name }) : t('form.addTitle')}
      closeButtonProps={{ 'aria-label': t('kernel:close') }}
    >
      <CategoryForm {...props} />
    </Modal>
  );
}

const swatches = ['#1c7ed6', '#0c8599', '#2f9e44', '#f08c00', '#e03131', '#c2255c', '#7048e8', '#495057'];

/** Adds or changes what the form holds. */
function useSave({ organizationId, category, onClose }: CategoryDialogProps) {
  const { t } = useTranslation('categories');
  const refresh = useCategoryRefresh();
  return useMutation({
    mutationFn: (draft: CategoryDraft) => {
      const body = inputOf(draft);
      if (category) return api.call(categoryRoutes.update, { params: { categoryId: category.id }, body });
      return draft.scope === 'everywhere'
        ? api.call(categoryRoutes.createEverywhere, { body })
        : api.call(categoryRoutes.create, { params: { organizationId }, body });
    },
    onSuccess: async ({ name }) => {
      const message = t(category ? 'form.saved' : 'form.added', { name });
      notifications.show({ message });
      announce(message);
      await refresh();
      onClose();
    },
  });
}

/** Its own component: what was typed lives as long as the dialog is open. */
function CategoryForm(props: CategoryDialogProps) {
  const { t } = useTranslation(['categories', 'kernel']);
  const { categories, category, mayAll, onClose } = props;
  const [draft, setDraft] = useState(() => draftOf(category));
  const [isChecked, setChecked] = useState(false);
  const saving = useSave(props);
  const problems = draftProblems(draft);
  const refused = refusedOf(saving.error);
  const errorOf = (field: string): string | undefined => {
    const problem = (isChecked ? problems.get(field) : undefined) ?? refused.get(field);
    return problem && t(`form.problems.${problem}`);
  };
  const change = (part: Partial<CategoryDraft>): void => {
    setDraft((before) => ({ ...before, ...part }));
    // A refusal is about what was sent, not about what is there now.
    if (saving.isError) saving.reset();
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (problems.size === 0) saving.mutate(draft);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {saving.isError && refused.size === 0 && (
          <ProblemAlert
            title={t('form.failed')}
            error={saving.error}
            text={codeOf(saving.error) === 'not_found' ? t('form.problems.gone') : null}
          />
        )}
        <TextInput
          label={t('form.name')}
          value={draft.name}
          maxLength={categoryLimits.name}
          autoComplete="off"
          onChange={(event) => change({ name: event.currentTarget.value })}
          error={errorOf('name')}
          data-autofocus
          data-testid="category-form-name"
        />
        {mayAll && !category && (
          <Radio.Group
            label={t('form.scope')}
            value={draft.scope}
            // What was above it may not be in the other place.
            onChange={(scope) => change({ scope: scope as Scope, parentId: '' })}
          >
            <Stack gap="xs" mt={6}>
              {(['own', 'everywhere'] as const).map((scope) => (
                <Radio
                  key={scope}
                  value={scope}
                  label={t(`form.scopes.${scope}`)}
                  data-testid={`category-form-${scope}`}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <NativeSelect
          label={t('form.parent')}
          value={draft.parentId}
          onChange={(event) => change({ parentId: event.currentTarget.value })}
          data={[
            { value: '', label: t('form.top') },
            ...parentsFor(categories, category, draft.scope).map(({ category: { id, name }, depth }) => ({
              value: id,
              label: `${'\u2003'.repeat(depth)}${name}`,
            })),
          ]}
          error={errorOf('parentId')}
          data-testid="category-form-parent"
        />
        <Textarea
          label={t('form.description')}
          value={draft.description}
          maxLength={categoryLimits.description}
          autosize
          minRows={2}
          onChange={(event) => change({ description: event.currentTarget.value })}
          error={errorOf('description')}
        />
        <NativeSelect
          label={t('form.icon')}
          leftSection={draft.icon && <CategoryMark category={{ icon: draft.icon, color: null }} size={18} />}
          value={draft.icon}
          onChange={(event) => change({ icon: event.currentTarget.value as CategoryIcon | '' })}
          data={[
            { value: '', label: t('form.noIcon') },
            ...categoryIcons.map((value) => ({ value, label: t(`icons.${value}`) })),
          ]}
          data-testid="category-form-icon"
        />
        <ColorInput
          label={t('form.color')}
          description={t('form.colorHint')}
          value={draft.color}
          format="hex"
          fixOnBlur={false}
          withPicker={false}
          withEyeDropper={false}
          swatches={swatches}
          onChange={(color) => change({ color })}
          error={errorOf('color')}
          data-testid="category-form-color"
        />
        <Checkbox
          label={t('form.active')}
          description={t('form.activeHint')}
          checked={draft.isActive}
          onChange={(event) => change({ isActive: event.currentTarget.checked })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('kernel:cancel')}
          </Button>
          <Button type="submit" loading={saving.isPending} data-testid="category-form-submit">
            {t(category ? 'form.submitEdit' : 'form.submitAdd')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
