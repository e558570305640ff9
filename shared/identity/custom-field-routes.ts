import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode, FieldError } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';
import { instant } from '../kernel/time.ts';
import { fieldEntities, fieldLimits, fieldShape } from './custom-fields.ts';
import type { FieldDefinition, FieldRules, FieldType } from './custom-fields.ts';

/** A field of an organization, as those who look after its settings see it. */
export const fieldDefinitionView = z.object({
  id,
  entityType: z.enum(fieldEntities),
  ...fieldShape,
  /** How many have a value. As long as somebody has one, key and type stay. */
  inUse: z.int(),
  /** Of the whole installation: it can only be seen here. */
  isSystemWide: z.boolean(),
  /** When it was removed; its values are still there. */
  removedAt: instant.nullable(),
});
export type FieldDefinitionView = z.infer<typeof fieldDefinitionView>;

export const newFieldInput = z.strictObject({
  entityType: z.enum(fieldEntities).default('user_profile'),
  ...fieldShape,
  options: fieldShape.options.default([]),
  rules: fieldShape.rules.default({}),
  isRequired: fieldShape.isRequired.default(false),
  editableBy: fieldShape.editableBy.default('person'),
});
export type NewFieldInput = z.output<typeof newFieldInput>;

/** What is left out stays; options and rules are replaced as a whole. */
export const fieldDefinitionChanges = z.strictObject(fieldShape).partial();
export type FieldDefinitionChanges = z.output<typeof fieldDefinitionChanges>;

export const hasOptions = (type: FieldType): boolean => type === 'select' || type === 'multi_select';

const bounds = ['min', 'max'] as const;
/** Which rules a type knows. */
export const rulesOfType: Record<FieldType, readonly (keyof FieldRules)[]> = {
  string: ['minLength', 'maxLength', 'pattern'],
  integer: bounds,
  decimal: bounds,
  boolean: [],
  date: [],
  select: [],
  multi_select: bounds,
  url: [],
};

/** What can be wrong with a definition: the parts are right one by one, and do not go together. */
export type DefinitionProblem =
  | 'no_options'
  | 'options_not_wanted'
  | 'option_twice'
  | 'rule_not_for_type'
  | 'not_whole'
  | 'below_zero'
  | 'upside_down'
  | 'more_than_options';

const sentences: Record<DefinitionProblem, string> = {
  no_options: 'A choice needs at least one option.',
  options_not_wanted: 'Only a choice has options.',
  option_twice: 'Two options are the same.',
  rule_not_for_type: 'This rule does not go with the type.',
  not_whole: 'This has to be a whole number.',
  below_zero: 'This cannot be less than nothing.',
  upside_down: 'The most is less than the least.',
  more_than_options: 'There are not so many options.',
};

/** What does not go together in a definition: for the form, and for the server before it stores. */
export function definitionProblems(
  definition: Pick<FieldDefinition, 'dataType' | 'options' | 'rules'>,
): FieldError[] {
  return [...optionProblems(definition), ...ruleProblems(definition)].map(([path, code]) => ({
    path,
    code,
    message: sentences[code],
  }));
}

type Found = [path: string, code: DefinitionProblem];
type Parts = Pick<FieldDefinition, 'dataType' | 'options' | 'rules'>;

function optionProblems({ dataType, options }: Parts): Found[] {
  if (!hasOptions(dataType)) return options.length > 0 ? [['options', 'options_not_wanted']] : [];
  if (options.length === 0) return [['options', 'no_options']];
  const distinct = (texts: string[]): boolean => new Set(texts).size === texts.length;
  const differ =
    distinct(options.map(({ value }) => value)) && distinct(options.map(({ label }) => label.toLowerCase()));
  return differ ? [] : [['options', 'option_twice']];
}

function ruleProblems({ dataType, options, rules }: Parts): Found[] {
  const { min, max, minLength, maxLength } = rules;
  const found: Found[] = Object.entries(rules)
    .filter(([name, rule]) => rule !== undefined && !rulesOfType[dataType].includes(name as keyof FieldRules))
    .map(([name]) => [`rules.${name}`, 'rule_not_for_type']);
  if (found.length > 0) return found;
  for (const name of bounds) {
    const bound = rules[name];
    if (bound === undefined) continue;
    if (dataType !== 'decimal' && !Number.isInteger(bound)) found.push([`rules.${name}`, 'not_whole']);
    if (dataType !== 'multi_select') continue;
    if (bound < 0) found.push([`rules.${name}`, 'below_zero']);
    if (bound > options.length) found.push([`rules.${name}`, 'more_than_options']);
  }
  if (min !== undefined && max !== undefined && max < min) found.push(['rules.max', 'upside_down']);
  if (minLength !== undefined && maxLength !== undefined && maxLength < minLength)
    found.push(['rules.maxLength', 'upside_down']);
  return found;
}

const organizationParams = z.object({ organizationId: id });
const fieldParams = organizationParams.extend({ fieldId: id });
const needs = (slug: string): RoutePermission => ({
  slug,
  on: { type: 'organization', param: 'organizationId' },
});
const rate = { points: 120, seconds: 60, by: 'user' } as const;
const general = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];

/** The fields in their order, and those that were removed last. */
export const fieldListView = z.object({
  items: z.array(fieldDefinitionView),
  removed: z.array(fieldDefinitionView),
});
export type FieldListView = z.infer<typeof fieldListView>;

/** REST operations on the fields that an organization adds to profiles. */
export const customFieldRoutes = {
  list: defineRoute({
    id: 'customFields.list',
    method: 'GET',
    path: '/organizations/:organizationId/custom-fields',
    summary: 'The fields that an organization adds to profiles, and those it removed last.',
    access: 'user',
    permission: needs('settings.read'),
    params: organizationParams,
    reply: fieldListView,
    status: 200,
    errors: general,
    rate: { points: 300, seconds: 60, by: 'user' },
  }),
  create: defineRoute({
    id: 'customFields.create',
    method: 'POST',
    path: '/organizations/:organizationId/custom-fields',
    summary: 'Add a field. It is asked for and validated from now on.',
    access: 'user',
    permission: needs('settings.manage'),
    params: organizationParams,
    body: newFieldInput,
    reply: fieldDefinitionView,
    status: 201,
    errors: [...general, 'invalid_input', 'already_exists', 'custom_field_limit'],
    rate,
  }),
  update: defineRoute({
    id: 'customFields.update',
    method: 'PATCH',
    path: '/organizations/:organizationId/custom-fields/:fieldId',
    summary: 'Change a field. Key and type stay as soon as somebody has a value.',
    access: 'user',
    permission: needs('settings.manage'),
    params: fieldParams,
    body: fieldDefinitionChanges,
    reply: fieldDefinitionView,
    status: 200,
    errors: [...general, 'invalid_input', 'already_exists', 'in_use'],
    rate,
  }),
  reorder: defineRoute({
    id: 'customFields.reorder',
    method: 'PUT',
    path: '/organizations/:organizationId/custom-fields/order',
    summary:
      'Put the fields in another order. All of them are named; otherwise somebody changed them meanwhile.',
    access: 'user',
    permission: needs('settings.manage'),
    params: organizationParams,
    body: z.strictObject({ ids: z.array(id).max(2 * fieldLimits.perOrganization) }),
    reply: fieldListView,
    status: 200,
    errors: [...general, 'invalid_input', 'conflict'],
    rate,
  }),
  remove: defineRoute({
    id: 'customFields.remove',
    method: 'DELETE',
    path: '/organizations/:organizationId/custom-fields/:fieldId',
    summary: 'Remove a field. It is hidden everywhere; what people have filled in is kept.',
    access: 'user',
    permission: needs('settings.manage'),
    params: fieldParams,
    reply: z.null(),
    status: 204,
    errors: general,
    rate,
  }),
  restore: defineRoute({
    id: 'customFields.restore',
    method: 'POST',
    path: '/organizations/:organizationId/custom-fields/:fieldId/restore',
    summary: 'Bring back a field that was removed, with what people had filled in.',
    access: 'user',
    permission: needs('settings.manage'),
    params: fieldParams,
    reply: fieldDefinitionView,
    status: 200,
    errors: [...general, 'already_exists', 'custom_field_limit'],
    rate,
  }),
};
