import { z } from 'zod';
import { id } from '../kernel/ids.ts';

/** What an organization can add fields to. Courses and enrolments follow when something reads them. */
export const fieldEntities = ['user_profile'] as const;

export const fieldTypes = [
  'string',
  'integer',
  'decimal',
  'boolean',
  'date',
  'select',
  'multi_select',
  'url',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/**
 * What the characters of a text may be. Kinds instead of expressions of one's own: an expression that somebody writes can
 * keep the server busy for minutes with one value.
 */
export const textPatterns = {
  letters: /^[\p{L}\p{M} '’-]*$/u,
  digits: /^\d*$/,
  letters_digits: /^[\p{L}\p{M}\d]*$/u,
  code: /^[A-Za-z0-9._/-]*$/,
} as const;
export type TextPattern = keyof typeof textPatterns;
export const textPatternNames = Object.keys(textPatterns) as [TextPattern, ...TextPattern[]];

export const fieldLimits = {
  /** Fields of one organization that are not removed. */
  perOrganization: 50,
  options: 100,
  /** Characters of a text, whatever the field says. */
  text: 2000,
  url: 500,
} as const;

/** Beyond it, numbers lose digits on their way through JSON. */
const largest = Number.MAX_SAFE_INTEGER;

/** One line, as PostgreSQL's JSON takes it: no control characters, no half of a surrogate pair. */
const plain = /^[^\p{Cc}\p{Cs}]*$/u;
const line = (longest: number) => z.string().trim().min(1).max(longest).regex(plain);

export const fieldKey = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9_]*$/);

export const fieldOption = z.strictObject({
  /** What is stored: stays when the label changes. */
  value: z
    .string()
    .max(60)
    .regex(/^[a-z0-9][a-z0-9_-]*$/),
  label: line(100),
});
export type FieldOption = z.infer<typeof fieldOption>;

const bound = z.number().min(-largest).max(largest);
const length = z.int().min(0).max(fieldLimits.text);

/** Which of them a type knows, `definitionProblems` says. */
export const fieldRules = z.strictObject({
  /** Of a number; of a multiple choice: how many are chosen. */
  min: bound.optional(),
  max: bound.optional(),
  /** Of a text, in characters. */
  minLength: length.optional(),
  maxLength: length.optional(),
  pattern: z.enum(textPatternNames).optional(),
});
export type FieldRules = z.infer<typeof fieldRules>;

/** Who fills it in; the other one sees it. Administrators can always fill it in. */
export const fieldEditors = ['person', 'administration'] as const;
export type FieldEditor = (typeof fieldEditors)[number];

/** A field without its place in an organization. */
export const fieldShape = {
  key: fieldKey,
  label: line(100),
  dataType: z.enum(fieldTypes),
  options: z.array(fieldOption).max(fieldLimits.options),
  rules: fieldRules,
  isRequired: z.boolean(),
  editableBy: z.enum(fieldEditors),
};
export type FieldDefinition = z.infer<z.ZodObject<typeof fieldShape>>;

/** A value as it travels and is stored; null and what is left out: not filled in. */
export const fieldValue = z.union([
  z.string().max(fieldLimits.text),
  z.number(),
  z.boolean(),
  z.array(z.string().max(60)).max(fieldLimits.options),
]);
export type FieldValue = z.infer<typeof fieldValue>;

/** A person's field: what it asks for, and what they have. */
export const personField = z.object({
  ...fieldShape,
  id,
  value: fieldValue.nullable(),
});
export type PersonField = z.infer<typeof personField>;

/** Changes of values by key; null clears. */
export const fieldChanges = z
  .record(fieldKey, fieldValue.nullable())
  .refine((changes) => Object.keys(changes).length <= 2 * fieldLimits.perOrganization, 'are too many');
export type FieldChanges = z.output<typeof fieldChanges>;

/** What can be wrong with a value. */
export type ValueProblem =
  | 'required'
  | 'wrong_type'
  | 'not_whole'
  | 'too_small'
  | 'too_big'
  | 'too_short'
  | 'too_long'
  | 'pattern'
  | 'bad_date'
  | 'bad_url'
  | 'not_an_option'
  | 'too_few'
  | 'too_many'
  | 'unknown_field'
  | 'not_editable';

type Read = { value: FieldValue | null } | { problem: ValueProblem };

/** What a value has to be, without who may change it. */
type Asked = Pick<FieldDefinition, 'dataType' | 'options' | 'rules'>;

/**
 * Reads one value of a field. The one place where it is decided what fits: the form asks it while somebody types, the server
 * before it stores. Spaces around a text go, and what is empty then is not filled in.
 */
export function readValue(field: Asked, given: unknown): Read {
  if (given === null || given === undefined) return { value: null };
  switch (field.dataType) {
    case 'string':
      return readText(field.rules, given);
    case 'integer':
    case 'decimal':
      return readNumber(field, given);
    case 'boolean':
      return typeof given === 'boolean' ? { value: given } : wrongType;
    case 'date':
      return readDate(given);
    case 'url':
      return readUrl(given);
    case 'select':
      return readChoice(field.options, given);
    case 'multi_select':
      return readChoices(field, given);
  }
}

const wrongType: Read = { problem: 'wrong_type' };

function readText({ minLength, maxLength, pattern }: FieldRules, given: unknown): Read {
  if (typeof given !== 'string') return wrongType;
  const text = given.trim();
  if (text === '') return { value: null };
  // In characters of Unicode, not in halves of them.
  const characters = Array.from(text).length;
  if (!plain.test(text)) return { problem: 'pattern' };
  if (characters > (maxLength ?? fieldLimits.text)) return { problem: 'too_long' };
  if (characters < (minLength ?? 0)) return { problem: 'too_short' };
  return pattern && !textPatterns[pattern].test(text) ? { problem: 'pattern' } : { value: text };
}

function readNumber({ dataType, rules }: Asked, given: unknown): Read {
  if (typeof given !== 'number' || !Number.isFinite(given)) return wrongType;
  if (dataType === 'integer' && !Number.isInteger(given)) return { problem: 'not_whole' };
  if (given < (rules.min ?? -largest)) return { problem: 'too_small' };
  if (given > (rules.max ?? largest)) return { problem: 'too_big' };
  // JSON has no -0.
  return { value: given === 0 ? 0 : given };
}

function readDate(given: unknown): Read {
  if (typeof given !== 'string') return wrongType;
  const day = given.trim();
  if (day === '') return { value: null };
  return z.iso.date().safeParse(day).success ? { value: day } : { problem: 'bad_date' };
}

function readUrl(given: unknown): Read {
  if (typeof given !== 'string') return wrongType;
  const text = given.trim();
  if (text === '') return { value: null };
  if (text.length > fieldLimits.url) return { problem: 'too_long' };
  const ends = /^https?:\/\/[^\s/?#]/i.test(text) && plain.test(text) && URL.canParse(text);
  return ends ? { value: text } : { problem: 'bad_url' };
}

function readChoice(options: readonly FieldOption[], given: unknown): Read {
  if (typeof given !== 'string') return wrongType;
  if (given === '') return { value: null };
  return options.some(({ value }) => value === given) ? { value: given } : { problem: 'not_an_option' };
}

function readChoices({ options, rules }: Asked, given: unknown): Read {
  if (!Array.isArray(given)) return wrongType;
  const chosen = new Set<unknown>(given);
  if (chosen.size === 0) return { value: null };
  // In the order of the options: two people who chose the same have the same.
  const values = options.map(({ value }) => value).filter((value) => chosen.has(value));
  if (values.length < chosen.size) return { problem: 'not_an_option' };
  if (values.length < (rules.min ?? 0)) return { problem: 'too_few' };
  return values.length > (rules.max ?? fieldLimits.options) ? { problem: 'too_many' } : { value: values };
}

/** What becomes of somebody's values: those that change, and what is wrong with what was sent. */
export interface ReadChanges {
  /** By key; null: taken away. */
  values: Map<string, FieldValue | null>;
  problems: { key: string; problem: ValueProblem }[];
}

/**
 * Reads changes of a person's values as a whole.
 * @param by a person fills in their own fields, and none of those that are required may be left empty. Administrators fill in
 *   all; they need not know what only the person can tell, but take away nothing that is required.
 */
export function readChanges(
  fields: readonly PersonField[],
  changes: FieldChanges,
  by: FieldEditor,
): ReadChanges {
  const read: ReadChanges = { values: new Map(), problems: [] };
  const refuse = (key: string, problem: ValueProblem): void => void read.problems.push({ key, problem });
  const known = new Map(fields.map((field) => [field.key, field]));
  for (const [key, given] of Object.entries(changes)) {
    const field = known.get(key);
    if (!field) {
      refuse(key, 'unknown_field');
      continue;
    }
    // What was sent back as it is needs no right, and may be older than the rules.
    if (same(given, field.value)) continue;
    const result = readValue(field, given);
    if (by === 'person' && field.editableBy !== 'person') refuse(key, 'not_editable');
    else if ('problem' in result) refuse(key, result.problem);
    else if (!same(result.value, field.value)) read.values.set(key, result.value);
  }
  for (const { key, isRequired, editableBy, value } of fields) {
    const next = read.values.has(key) ? read.values.get(key) : value;
    const isAsked = editableBy === by || read.values.has(key);
    const refused = read.problems.some((one) => one.key === key);
    if (isRequired && isAsked && !refused && next === null) refuse(key, 'required');
  }
  return read;
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
