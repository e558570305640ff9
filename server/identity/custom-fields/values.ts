import type { EntityManager } from '@mikro-orm/postgresql';
import { readChanges } from '../../../shared/identity/custom-fields.ts';
import type {
  FieldChanges,
  FieldEditor,
  FieldValue,
  PersonField,
  ValueProblem,
} from '../../../shared/identity/custom-fields.ts';
import { AppError } from '../../kernel/errors.ts';
import { presentPersonField } from './custom-fields.presenter.ts';
import { valuesOf, writeValues } from './values.repository.ts';

/** What the audit trail says of it, by `customFields.<key>`. */
export interface ChangedValues {
  old: Record<string, unknown>;
  new: Record<string, unknown>;
}

/**
 * The fields that apply to somebody, with their values: those of the organization that looks after the account (its primary
 * one), and those of the whole installation. What they once filled in elsewhere is kept, and not among them.
 */
export async function fieldsOfPerson(
  em: EntityManager,
  userId: string,
  lock: '' | 'for share of d' = '',
): Promise<PersonField[]> {
  const rows = await valuesOf(em, userId, lock);
  const own = new Set(rows.filter((row) => row.organization_id !== null).map((row) => row.field_key));
  // A key that the installation took later is the organization's where it was there first.
  return rows
    .filter((row) => row.organization_id !== null || !own.has(row.field_key))
    .map(presentPersonField);
}

/**
 * Changes values of somebody whose account is locked. Writes nothing when one of them does not fit.
 * @throws AppError invalid_input with the path `customFields.<key>`
 */
export async function changeValues(
  em: EntityManager,
  userId: string,
  changes: FieldChanges,
  by: FieldEditor,
  now: Date,
): Promise<ChangedValues | null> {
  const isChange = Object.keys(changes).length > 0;
  const fields = await fieldsOfPerson(em, userId, isChange ? 'for share of d' : '');
  const { values, problems } = readChanges(fields, changes, by);
  if (problems.length > 0)
    throw new AppError('invalid_input', {
      errors: problems.slice(0, 50).map(({ key, problem }) => ({
        path: `customFields.${key}`,
        code: problem,
        message: sentences[problem],
      })),
    });
  if (values.size === 0) return null;
  const changed = fields.filter(({ key }) => values.has(key));
  const next = new Map<string, FieldValue | null>(
    changed.map(({ id, key }) => [id, values.get(key) ?? null]),
  );
  await writeValues(em, userId, next, now);
  const told = (of: (field: PersonField) => unknown): Record<string, unknown> =>
    Object.fromEntries(changed.map((field) => [`customFields.${field.key}`, of(field)]));
  return { old: told(({ value }) => value), new: told(({ id }) => next.get(id)) };
}

const sentences: Record<ValueProblem, string> = {
  required: 'This is needed.',
  wrong_type: 'This is another type of value.',
  not_whole: 'This has to be a whole number.',
  too_small: 'This is too small.',
  too_big: 'This is too big.',
  too_short: 'This is too short.',
  too_long: 'This is too long.',
  pattern: 'There are characters in it that do not belong here.',
  bad_date: 'This is no date.',
  bad_url: 'This is no web address.',
  not_an_option: 'This is none of the options.',
  too_few: 'More of them have to be chosen.',
  too_many: 'Fewer of them have to be chosen.',
  unknown_field: 'There is no such field.',
  not_editable: 'Only the administration can change this.',
};
