import type { FieldDefinitionView } from '../../../shared/identity/custom-field-routes.ts';
import type { FieldDefinition, FieldValue, PersonField } from '../../../shared/identity/custom-fields.ts';
import { isoOrNull } from '../../../shared/kernel/time.ts';
import type { FieldRow, UsedFieldRow } from './custom-fields.repository.ts';

/** A definition out of its row. */
export function definitionOf(row: FieldRow): FieldDefinition {
  const { editableBy = 'person', ...rules } = row.validation_rules;
  return {
    key: row.field_key,
    label: row.label,
    dataType: row.data_type,
    options: row.options,
    rules,
    isRequired: row.is_required,
    editableBy,
  };
}

/** A field, as those see it who look after the settings. */
export const presentField = (row: UsedFieldRow): FieldDefinitionView => ({
  id: row.id,
  entityType: row.entity_type,
  ...definitionOf(row),
  inUse: row.in_use,
  isSystemWide: row.organization_id === null,
  removedAt: isoOrNull(row.deleted_at === null ? null : new Date(row.deleted_at)),
});

/** A field with what somebody has in it. */
export const presentPersonField = (row: FieldRow & { value: FieldValue | null }): PersonField => ({
  id: row.id,
  ...definitionOf(row),
  value: row.value,
});
