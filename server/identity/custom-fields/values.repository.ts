import type { EntityManager } from '@mikro-orm/postgresql';
import type { FieldValue } from '../../../shared/identity/custom-fields.ts';
import type { FieldRow } from './custom-fields.repository.ts';

/**
 * The fields that apply to somebody, with what is stored. Values are kept by the id of their definition: two organizations
 * may have the same key, and a field that was removed and made anew is another one.
 * @param lock keeps the definitions from changing until the transaction ends
 */
export async function valuesOf(
  em: EntityManager,
  userId: string,
  lock: '' | 'for share of d' = '',
): Promise<(FieldRow & { value: FieldValue | null })[]> {
  return em.execute(
    `select d.id, d.organization_id, d.entity_type, d.field_key, d.label, d.data_type, d.options, d.validation_rules,
       d.is_required, d.deleted_at, p.custom_fields -> d.id::text as value
     from custom_field_definitions d left join user_profiles p on p.user_id = ?
     where d.entity_type = 'user_profile' and d.deleted_at is null and (d.organization_id is null or d.organization_id in (
       select m.organization_id from organization_memberships m
       join organizations o on o.id = m.organization_id and o.deleted_at is null
       where m.user_id = ? and m.is_primary and m.left_at is null))
     order by d.organization_id is not null, d.sort_order, d.id ${lock}`,
    [userId, userId],
  );
}

/** Sets some values by the id of their definition and takes away others; all the rest stays. */
export async function writeValues(
  em: EntityManager,
  userId: string,
  values: ReadonlyMap<string, FieldValue | null>,
  now: Date,
): Promise<void> {
  const set = Object.fromEntries([...values].filter(([, value]) => value !== null));
  const gone = [...values].filter(([, value]) => value === null).map(([id]) => id);
  await em.execute(
    `insert into user_profiles (user_id, custom_fields, created_at, updated_at) values (?, ?::jsonb, ?, ?)
     on conflict (user_id) do update set updated_at = excluded.updated_at,
       custom_fields = (user_profiles.custom_fields || excluded.custom_fields)
         - array(select jsonb_array_elements_text(?::jsonb))`,
    [userId, JSON.stringify(set), now, now, JSON.stringify(gone)],
  );
}
