import { useState } from 'react';
import type { FieldChanges, FieldEditor, PersonField } from '../../../shared/identity/custom-fields.ts';
import { ApiError } from '../../kernel/api.ts';
import { changesOf, problemsOf } from './value-draft.ts';
import type { Typed, ValueDraft } from './value-draft.ts';
import { isProblem, useProblemText } from './value-text.ts';

/** The `id` of an input, by which it gets the focus when something is wrong with it. */
export const inputId = (key: string): string => `custom-field-${key}`;

/** The state of somebody's fields within a form. */
export interface PersonFieldsState {
  draft: ValueDraft;
  set(key: string, typed: Typed): void;
  /** What is wrong, by key: as soon as it was tried to save. */
  errors: Record<string, string>;
  /** What is to be sent. */
  changes: FieldChanges;
  /** Whether all is right; otherwise says what is not, and puts the focus there. */
  check(): boolean;
  /** After saving. */
  reset(): void;
}

/** @param error what the server refused the form with */
export function usePersonFields(
  fields: readonly PersonField[],
  by: FieldEditor,
  error: unknown,
): PersonFieldsState {
  const [draft, setDraft] = useState<ValueDraft>({});
  const [isChecked, setChecked] = useState(false);
  const problemText = useProblemText();
  const problems = problemsOf(fields, draft, by);
  const refused = refusedOf(error);
  const errors = fields.flatMap((field) => {
    const problem = (isChecked ? problems.get(field.key) : undefined) ?? refused.get(field.key);
    return problem ? [[field.key, problemText(field, problem)] as const] : [];
  });
  return {
    draft,
    set: (key, typed) => setDraft((before) => ({ ...before, [key]: typed })),
    errors: Object.fromEntries(errors),
    changes: changesOf(fields, draft),
    check() {
      setChecked(true);
      const first = fields.find(({ key }) => problems.has(key));
      if (first) document.getElementById(inputId(first.key))?.focus();
      return first === undefined;
    },
    reset() {
      setDraft({});
      setChecked(false);
    },
  };
}

const prefix = 'customFields.';

function refusedOf(error: unknown): Map<string, Parameters<ReturnType<typeof useProblemText>>[1]> {
  if (!(error instanceof ApiError)) return new Map();
  return new Map(
    error.errors.flatMap(({ path, code }) =>
      path.startsWith(prefix)
        ? [[path.slice(prefix.length).split('.')[0] ?? '', isProblem(code) ? code : 'wrong_type'] as const]
        : [],
    ),
  );
}
