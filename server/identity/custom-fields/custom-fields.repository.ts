import type { EntityManager } from '@mikro-orm/postgresql';
import type { FieldDefinition, FieldEditor, FieldRules } from '../../../shared/identity/custom-fields.ts';

type Instant = Date | string;

/** A definition as it is stored; who fills it in stands among the rules. */
export interface FieldRow {
  id: string;
  organization_id: string | null;
  entity_type: 'user_profile';
  field_key: string;
  label: string;
  data_type: FieldDefinition['dataType'];
  options: FieldDefinition['options'];
  validation_rules: FieldRules & { editableBy?: FieldEditor };
  is_required: boolean;
  deleted_at: Instant | null;
}

const columns = `d.id, d.organization_id, d.entity_type, d.field_key, d.label, d.data_type, d.options, d.validation_rules,
  d.is_required, d.deleted_at`;
// The question mark is PostgreSQL's operator here: "has the key", which the index answers.
const inUse = String.raw`(select count(*)::int from user_profiles p where p.custom_fields \? d.id::text) as in_use`;

export type UsedFieldRow = FieldRow & { in_use: number };

/** The fields of an organization in their order, after those of the whole installation. */
export async function fieldsIn(em: EntityManager, organizationId: string): Promise<UsedFieldRow[]> {
  return em.execute(
    `select ${columns}, ${inUse} from custom_field_definitions d
     where d.entity_type = 'user_profile' and d.deleted_at is null and (d.organization_id = ? or d.organization_id is null)
     order by d.organization_id is not null, d.sort_order, d.id`,
    [organizationId],
  );
}

/** Those that were removed, the last ones first. */
export async function removedFieldsIn(em: EntityManager, organizationId: string): Promise<UsedFieldRow[]> {
  return em.execute(
    `select ${columns}, ${inUse} from custom_field_definitions d
     where d.entity_type = 'user_profile' and d.deleted_at is not null and d.organization_id = ?
     order by d.deleted_at desc, d.id limit 50`,
    [organizationId],
  );
}

/** One field of the organization's own, removed ones too. */
export async function findField(
  em: EntityManager,
  organizationId: string,
  fieldId: string,
): Promise<UsedFieldRow | null> {
  const [row] = await em.execute<UsedFieldRow[]>(
    `select ${columns}, ${inUse} from custom_field_definitions d
     where d.entity_type = 'user_profile' and d.organization_id = ? and d.id = ?`,
    [organizationId, fieldId],
  );
  return row ?? null;
}

/**
 * Changes to the fields of one organization happen one after the other, and not while somebody's values are being checked
 * against them: a value of a type that has just changed would slip in.
 */
export async function lockFields(em: EntityManager, organizationId: string): Promise<void> {
  await em.execute('select 1 from organizations where id = ? for no key update', [organizationId]);
  await em.execute(
    'select 1 from custom_field_definitions where organization_id = ? and deleted_at is null order by id for update',
    [organizationId],
  );
}

const stored = (definition: FieldDefinition): unknown[] => [
  definition.key,
  definition.label,
  definition.dataType,
  JSON.stringify(definition.options),
  JSON.stringify({ ...definition.rules, editableBy: definition.editableBy }),
  definition.isRequired,
];

/** Adds a field after the others. */
export async function insertField(
  em: EntityManager,
  place: { id: string; organizationId: string; userId: string },
  definition: FieldDefinition,
  now: Date,
): Promise<void> {
  await em.execute(
    `insert into custom_field_definitions (id, organization_id, entity_type, created_by, created_at, updated_at,
       field_key, label, data_type, options, validation_rules, is_required, sort_order)
     values (?, ?, 'user_profile', ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?,
       (select coalesce(max(sort_order), 0) + 1 from custom_field_definitions where organization_id = ? and deleted_at is null))`,
    [place.id, place.organizationId, place.userId, now, now, ...stored(definition), place.organizationId],
  );
}

export async function setField(
  em: EntityManager,
  fieldId: string,
  definition: FieldDefinition,
  by: string,
  now: Date,
): Promise<void> {
  await em.execute(
    `update custom_field_definitions set field_key = ?, label = ?, data_type = ?, options = ?::jsonb, validation_rules = ?::jsonb,
       is_required = ?, updated_by = ?, updated_at = ? where id = ?`,
    [...stored(definition), by, now, fieldId],
  );
}

/** Numbers the fields in the order of their ids here. */
export async function orderFields(
  em: EntityManager,
  ids: readonly string[],
  by: string,
  now: Date,
): Promise<void> {
  await em.execute(
    `update custom_field_definitions d set sort_order = o.place, updated_by = ?, updated_at = ?
     from jsonb_array_elements_text(?::jsonb) with ordinality as o(id, place) where d.id = o.id::uuid`,
    [by, now, JSON.stringify(ids)],
  );
}

/** Removes a field, or brings it back to where it was. */
export async function setRemoved(
  em: EntityManager,
  fieldId: string,
  removedAt: Date | null,
  by: string,
  now: Date,
): Promise<void> {
  await em.execute(
    `update custom_field_definitions d set deleted_at = ?, updated_by = ?, updated_at = ? where d.id = ?`,
    [removedAt, by, now, fieldId],
  );
}
