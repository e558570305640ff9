import { readChanges, same } from '../../../shared/identity/custom-fields.ts';
import type {
  FieldChanges,
  FieldEditor,
  FieldValue,
  PersonField,
  ValueProblem,
} from '../../../shared/identity/custom-fields.ts';

/** What an input holds: text, also of a number; '' for nothing. */
export type Typed = string | string[];
/** What was changed here and is not saved, by key. */
export type ValueDraft = Readonly<Record<string, Typed>>;

/** A stored value as its input shows it. */
export function typedOf({ dataType, value }: PersonField): Typed {
  if (dataType === 'multi_select') return Array.isArray(value) ? value : [];
  return value === null || Array.isArray(value) ? '' : String(value);
}

const number = /^[+-]?\d+(?:\.\d+)?$/;

/** What was typed, as it is sent; what makes no sense is left as it is, and refused by the rules. */
function valueOf({ dataType }: PersonField, typed: Typed): FieldValue | null {
  if (Array.isArray(typed)) return typed.length === 0 ? null : typed;
  const text = typed.trim();
  if (text === '') return null;
  if (dataType === 'boolean') return text === 'true';
  if (dataType !== 'integer' && dataType !== 'decimal') return text;
  // A decimal comma is what half of the world types.
  const plain = text.replace(',', '.');
  return number.test(plain) ? Number(plain) : text;
}

/** The values that are different from what is stored. */
export function changesOf(fields: readonly PersonField[], draft: ValueDraft): FieldChanges {
  const changed = fields.flatMap((field) => {
    const typed = draft[field.key];
    if (typed === undefined || same(typed, typedOf(field))) return [];
    return [[field.key, valueOf(field, typed)] as const];
  });
  return Object.fromEntries(changed);
}

/** What the server would refuse, by key. */
export function problemsOf(
  fields: readonly PersonField[],
  draft: ValueDraft,
  by: FieldEditor,
): Map<string, ValueProblem> {
  const { problems } = readChanges(fields, changesOf(fields, draft), by);
  return new Map(problems.map(({ key, problem }) => [key, problem]));
}
