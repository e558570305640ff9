import { ActionIcon, Badge, Group, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconEye, IconEyeOff, IconPencil, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { CategoryView } from '../../../shared/courses/categories.ts';
import classes from './categories.module.css';
import { CategoryMark } from './category-icon.tsx';

/** The id of a button that moves a category: the focus finds it again in the new order. */
export const moveButton = (categoryId: string, by: -1 | 1): string =>
  `move-${by === 1 ? 'down' : 'up'}-${categoryId}`;

/** What can be done with a category. */
export interface CategoryActions {
  move(category: CategoryView, by: -1 | 1): void;
  /** Offers it, or stops offering it. */
  toggle(category: CategoryView): void;
  edit(category: CategoryView): void;
  remove(category: CategoryView): void;
}

interface CategoryRowProps {
  category: CategoryView;
  /** Null: it may only be seen. */
  actions: CategoryActions | null;
  isFirst: boolean;
  isLast: boolean;
  /** The very first row: no line above it. */
  isTop: boolean;
}

/** One category. */
export function CategoryRow({ category, actions, isFirst, isLast, isTop }: CategoryRowProps) {
  return (
    <div className={classes.row} data-testid="category-row" data-first={isTop || undefined}>
      <CategoryText category={category} />
      {actions && <Buttons category={category} actions={actions} isFirst={isFirst} isLast={isLast} />}
    </div>
  );
}

type ButtonsProps = Omit<CategoryRowProps, 'actions' | 'isTop'> & { actions: CategoryActions };

function Buttons({ category, actions, isFirst, isLast }: ButtonsProps) {
  const { t } = useTranslation('categories');
  const { id, name, isActive } = category;
  const button = { variant: 'subtle', color: 'gray', size: 36 } as const;
  return (
    <Group gap={2} wrap="nowrap" className={classes.actions}>
      {([-1, 1] as const).map((by) => (
        <ActionIcon
          key={by}
          {...button}
          id={moveButton(id, by)}
          disabled={by === -1 ? isFirst : isLast}
          aria-label={t(by === -1 ? 'list.up' : 'list.down', { name })}
          onClick={() => actions.move(category, by)}
          data-testid={by === -1 ? 'category-up' : 'category-down'}
        >
          {by === -1 ? <IconArrowUp size={18} aria-hidden /> : <IconArrowDown size={18} aria-hidden />}
        </ActionIcon>
      ))}
      <ActionIcon
        {...button}
        aria-label={t(isActive ? 'list.hide' : 'list.show', { name })}
        onClick={() => actions.toggle(category)}
        data-testid="category-switch"
      >
        {isActive ? <IconEye size={18} aria-hidden /> : <IconEyeOff size={18} aria-hidden />}
      </ActionIcon>
      <ActionIcon
        {...button}
        aria-label={t('list.edit', { name })}
        onClick={() => actions.edit(category)}
        data-testid="category-edit"
      >
        <IconPencil size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        {...button}
        color="red"
        aria-label={t('list.remove', { name })}
        onClick={() => actions.remove(category)}
        data-testid="category-remove"
      >
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </Group>
  );
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
