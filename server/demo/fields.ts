import type { EntityManager } from '@mikro-orm/postgresql';
import type { Organization, User } from '../identity/index.ts';
import { studentEmail } from './people.ts';

const sizes = ['xs', 's', 'm', 'l', 'xl'] as const;
const lines = ['7', '12', '31', 'N3'] as const;

/** What the demo school asks for on profiles, in its order. */
const definitions = [
  {
    key: 'tshirt_size',
    label: 'T-shirt size',
    dataType: 'select',
    options: sizes.map((value) => ({ value, label: value.toUpperCase() })),
    rules: { editableBy: 'person' },
  },
  {
    key: 'bus_line',
    label: 'Bus line',
    dataType: 'string',
    options: [],
    rules: { maxLength: 10, pattern: 'code', editableBy: 'person' },
  },
  {
    key: 'photo_consent',
    label: 'Photo consent',
    dataType: 'boolean',
    options: [],
    rules: { editableBy: 'administration' },
  },
] as const;

/** Fields of the school's own, and what about half of the students have filled in. */
export async function createFields(
  em: EntityManager,
  school: Organization,
  person: (email: string) => User,
): Promise<void> {
  const admin = person('admin@lectern.test');
  const ids: string[] = [];
  for (const [index, { key, label, dataType, options, rules }] of definitions.entries()) {
    const [made] = await em.execute<{ id: string }[]>(
      `insert into custom_field_definitions (organization_id, entity_type, field_key, label, data_type, options, validation_rules, sort_order, created_by)
       values (?, 'user_profile', ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?) returning id`,
      [school.id, key, label, dataType, JSON.stringify(options), JSON.stringify(rules), index + 1, admin.id],
    );
    ids.push(made?.id ?? '');
  }
  const [size = '', line = '', consent = ''] = ids;
  for (let number = 1; number <= 15; number += 1) {
    const values = {
      [size]: sizes[number % sizes.length],
      [consent]: number % 6 !== 0,
      // Not everybody comes by bus.
      ...(number % 3 === 0 ? {} : { [line]: lines[number % lines.length] }),
    };
    await em.execute(
      `insert into user_profiles (user_id, custom_fields) values (?, ?::jsonb)
       on conflict (user_id) do update set custom_fields = excluded.custom_fields`,
      [person(studentEmail(number)).id, JSON.stringify(values)],
    );
  }
}
