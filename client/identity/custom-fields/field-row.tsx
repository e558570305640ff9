import { ActionIcon, Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconPencil, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { FieldDefinitionView } from '../../../shared/identity/custom-field-routes.ts';
import { FieldDialog } from './field-dialog.tsx';
import classes from './fields.module.css';
import { RemoveDialog } from './removal.tsx';

/** `id` of the button that moves a field, which keeps the focus when it has done so. */
export const moveButton = (fieldId: string, by: -1 | 1): string =>
  `move-${by === 1 ? 'down' : 'up'}-${fieldId}`;

interface FieldRowProps {
  organizationId: string;
  field: FieldDefinitionView;
  /** Null: it may only be seen. */
  onMove: ((by: -1 | 1) => void) | null;
  isFirst: boolean;
  isLast: boolean;
}

/** One field, and what can be done with it. */
export function FieldRow({ organizationId, field, onMove, isFirst, isLast }: FieldRowProps) {
  const { t } = useTranslation('customFields');
  const [isEditing, editDialog] = useDisclosure(false);
  const [isRemoving, removeDialog] = useDisclosure(false);
  const { id, label } = field;
  return (
    <li className={classes.row} data-testid="field-row">
      <FieldText field={field} />
      {onMove && (
        <Group gap={2} wrap="nowrap" className={classes.actions}>
          {([-1, 1] as const).map((by) => (
            <ActionIcon
              key={by}
              id={moveButton(id, by)}
              variant="subtle"
              color="gray"
              size={36}
              disabled={by === -1 ? isFirst : isLast}
              aria-label={t(by === -1 ? 'list.up' : 'list.down', { label })}
              onClick={() => onMove(by)}
              data-testid={by === -1 ? 'field-up' : 'field-down'}
            >
              {by === -1 ? <IconArrowUp size={18} aria-hidden /> : <IconArrowDown size={18} aria-hidden />}
            </ActionIcon>
          ))}
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('list.edit', { label })}
            onClick={editDialog.open}
            data-testid="field-edit"
          >
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="red"
            size={36}
            aria-label={t('list.remove', { label })}
            onClick={removeDialog.open}
            data-testid="field-remove"
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </Group>
      )}
      <FieldDialog
        organizationId={organizationId}
        field={field}
        opened={isEditing}
        onClose={editDialog.close}
      />
      <RemoveDialog
        organizationId={organizationId}
        field={field}
        opened={isRemoving}
        onClose={removeDialog.close}
      />
    </li>
  );
}

/** What a field is, in two lines. */
export function FieldText({ field }: { field: FieldDefinitionView }) {
  const { t } = useTranslation('customFields');
  const { label, key, dataType, options, isRequired, isSystemWide, editableBy, inUse } = field;
  const facts = [
    t(`types.${dataType}`),
    ...(options.length > 0 ? [t('list.options', { count: options.length })] : []),
    ...(editableBy === 'administration' ? [t('list.byAdministration')] : []),
    t('list.inUse', { count: inUse }),
    t('list.key', { key }),
  ];
  return (
    <div className={classes.text}>
      <Group gap="xs">
        <Text fw={600}>{label}</Text>
        {isRequired && (
          <Badge variant="light" tt="none">
            {t('list.required')}
          </Badge>
        )}
        {isSystemWide && (
          <Badge variant="light" color="gray" tt="none">
            {t('list.everywhere')}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        {facts.join(' · ')}
      </Text>
    </div>
  );
}
