import { ActionIcon, Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconArrowDown, IconArrowUp, IconEye, IconEyeOff, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { categoryRoutes } from '../../../shared/courses/categories.ts';
import type { CategoryView } from '../../../shared/courses/categories.ts';
import { api } from '../../kernel/api.ts';
import { useErrorText } from '../../kernel/i18n/use-error-text.ts';
import { announce } from '../../kernel/ui/announcer.tsx';
import { ConfirmDialog } from '../../kernel/ui/confirm-dialog.tsx';
import classes from './categories.module.css';
import { CategoryDialog } from './category-dialog.tsx';
import { CategoryMark } from './category-icon.tsx';
import type { CategoryListProps } from './category-list.tsx';
import { useCategoryRefresh } from './queries.ts';

/** The id of a button that moves a category: the focus finds it again in the new order. */
export const moveButton = (categoryId: string, by: -1 | 1): string =>
  `move-${by === 1 ? 'down' : 'up'}-${categoryId}`;

interface CategoryRowProps extends CategoryListProps {
  category: CategoryView;
  /** Null: it may only be seen. */
  onMove: ((by: -1 | 1) => void) | null;
  isFirst: boolean;
  isLast: boolean;
  /** The very first row: no line above it. */
  isTop: boolean;
}

/** One category, and what can be done with it. */
export function CategoryRow({ onMove, isFirst, isLast, isTop, ...props }: CategoryRowProps) {
  const { t } = useTranslation('categories');
  const [isEditing, editDialog] = useDisclosure(false);
  const [isRemoving, removeDialog] = useDisclosure(false);
  const switching = useSwitch();
  const { id, name, isActive } = props.category;
  const button = { variant: 'subtle', color: 'gray', size: 36 } as const;
  return (
    <div className={classes.row} data-testid="category-row" data-first={isTop || undefined}>
      <CategoryText category={props.category} />
      {onMove && (
        <Group gap={2} wrap="nowrap" className={classes.actions}>
          {([-1, 1] as const).map((by) => (
            <ActionIcon
              key={by}
              {...button}
              id={moveButton(id, by)}
              disabled={by === -1 ? isFirst : isLast}
              aria-label={t(by === -1 ? 'list.up' : 'list.down', { name })}
              onClick={() => onMove(by)}
              data-testid={by === -1 ? 'category-up' : 'category-down'}
            >
              {by === -1 ? <IconArrowUp size={18} aria-hidden /> : <IconArrowDown size={18} aria-hidden />}
            </ActionIcon>
          ))}
          <ActionIcon
            {...button}
            loading={switching.isPending}
            aria-label={t(isActive ? 'list.hide' : 'list.show', { name })}
            onClick={() => switching.mutate(props.category)}
            data-testid="category-switch"
          >
            {isActive ? <IconEye size={18} aria-hidden /> : <IconEyeOff size={18} aria-hidden />}
          </ActionIcon>
          <ActionIcon
            {...button}
            aria-label={t('list.edit', { name })}
            onClick={editDialog.open}
            data-testid="category-edit"
          >
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            {...button}
            color="red"
            aria-label={t('list.remove', { name })}
            onClick={removeDialog.open}
            data-testid="category-remove"
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Group>
      )}
      <CategoryDialog {...props} opened={isEditing} onClose={editDialog.close} />
      <RemoveDialog category={props.category} opened={isRemoving} onClose={removeDialog.close} />
    </div>
  );
}

/** Offers a category, or stops offering it. */
function useSwitch() {
  const { t } = useTranslation('categories');
  const refresh = useCategoryRefresh();
  const errorText = useErrorText();
  return useMutation({
    mutationFn: ({ id: categoryId, isActive }: CategoryView) =>
      api.call(categoryRoutes.update, { params: { categoryId }, body: { isActive: !isActive } }),
    onSuccess: ({ name, isActive }) => {
      announce(t(isActive ? 'list.shown' : 'list.hidden', { name }));
      return refresh();
    },
    onError: (error) => {
      const message = errorText(error);
      notifications.show({ color: 'red', title: t('list.switchFailed'), message });
      announce(message);
      return refresh();
    },
  });
}

function CategoryText({ category }: { category: CategoryView }) {
  const { t } = useTranslation('categories');
  const { name, description, organizationId, isActive, coursesCount } = category;
  return (
    <div className={classes.text}>
      <Group gap="xs">
        <CategoryMark category={category} size={18} />
        <Text fw={600} data-testid="category-name">
          {name}
        </Text>
        {organizationId === null && (
          <Badge variant="light" color="gray" tt="none">
            {t('list.everywhere')}
          </Badge>
        )}
        {!isActive && (
          <Badge variant="light" color="gray" tt="none">
            {t('list.inactive')}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {[t('list.courses', { count: coursesCount }), description].filter(Boolean).join(' · ')}
      </Text>
    </div>
  );
}

interface RemoveDialogProps {
  category: CategoryView;
  opened: boolean;
  onClose: () => void;
}

function RemoveDialog({ category, opened, onClose }: RemoveDialogProps) {
  const { t } = useTranslation('categories');
  const refresh = useCategoryRefresh();
  const { id: categoryId, name, organizationId, coursesCount: count } = category;
  return (
    <ConfirmDialog
      title={t('removal.title', { name })}
      text={[
        t('removal.text', { count }),
        ...(organizationId === null ? [t('removal.everywhere')] : []),
      ].join(' ')}
      submit={t('removal.submit')}
      failed={t('removal.failed')}
      done={t('removal.done', { name })}
      opened={opened}
      onClose={onClose}
      act={() => api.call(categoryRoutes.remove, { params: { categoryId } })}
      onDone={() => {
        announce(t('removal.done', { name }));
        void refresh();
      }}
    />
  );
}
