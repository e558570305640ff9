import {
  definitionProblems,
  hasOptions,
  newFieldInput,
  rulesOfType,
} from '../../../shared/identity/custom-field-routes.ts';
import type { FieldDefinitionView } from '../../../shared/identity/custom-field-routes.ts';
import type {
  FieldDefinition,
  FieldEditor,
  FieldRules,
  FieldType,
  TextPattern,
} from '../../../shared/identity/custom-fields.ts';
import type { customFieldsTexts } from './en.ts';

export type DraftProblem = keyof typeof customFieldsTexts.form.problems;

/** An option while it is edited: what is stored for it stays when its label changes. */
export interface DraftOption {
  /** For React. */
  id: number;
  value: string | null;
  label: string;
}

/** The bounds as they are typed. */
export const boundNames = ['min', 'max', 'minLength', 'maxLength'] as const;
export type BoundName = (typeof boundNames)[number];

/** What the form holds; also of types that are not chosen now, so that nothing typed is lost. */
export interface FieldDraft extends Record<BoundName, string> {
  label: string;
  /** Null: made from the label. */
  key: string | null;
  dataType: FieldType;
  options: DraftOption[];
  pattern: TextPattern | '';
  isRequired: boolean;
  editableBy: FieldEditor;
}

let lastId = 0;
export const newOption = (label = '', value: string | null = null): DraftOption => {
  lastId += 1;
  return { id: lastId, value, label };
};

export function draftOf(field: FieldDefinitionView | null): FieldDraft {
  const rules = field?.rules ?? {};
  const bounds = boundNames.map((name) => [name, rules[name]?.toString() ?? '']);
  return {
    ...(Object.fromEntries(bounds) as Record<BoundName, string>),
    label: field?.label ?? '',
    key: field?.key ?? null,
    dataType: field?.dataType ?? 'string',
    options: field?.options.map(({ label, value }) => newOption(label, value)) ?? [],
    pattern: rules.pattern ?? '',
    isRequired: field?.isRequired ?? false,
    editableBy: field?.editableBy ?? 'person',
  };
}

/** Small letters and digits out of what people wrote, with something between the words. */
const slug = (text: string, between: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, between)
    .replaceAll(new RegExp(`^${between}|${between}$`, 'g'), '');

/** The key that goes with a label; of one without Latin letters a plain one. */
export function keyOf(draft: Pick<FieldDraft, 'key' | 'label'>): string {
  if (draft.key !== null) return draft.key;
  const made = slug(draft.label, '_').slice(0, 40);
  return made === '' ? '' : /^[a-z]/.test(made) ? made : `field_${made}`.slice(0, 40);
}

/** Values for options that have none yet, different from each other and from those that are there. */
function optionsOf(draft: readonly DraftOption[]): FieldDefinition['options'] {
  const taken = new Set(draft.map(({ value }) => value));
  return draft.map(({ value, label }, index) => {
    if (value !== null) return { value, label };
    const wanted = slug(label, '-').slice(0, 50) || `option-${index + 1}`;
    let free = wanted;
    for (let n = 2; taken.has(free); n += 1) free = `${wanted}-${n}`;
    taken.add(free);
    return { value: free, label };
  });
}

function rulesOf(draft: FieldDraft): FieldRules {
  const known = rulesOfType[draft.dataType];
  const bounds = boundNames
    .filter((name) => known.includes(name) && draft[name].trim() !== '')
    // What is no number is not lost here: the shape refuses it.
    .map((name) => [name, Number(draft[name].replace(',', '.'))]);
  const pattern = draft.pattern !== '' && known.includes('pattern') ? { pattern: draft.pattern } : {};
  return { ...Object.fromEntries(bounds), ...pattern };
}

/** What is sent. */
export const definitionOf = (draft: FieldDraft): FieldDefinition => ({
  key: keyOf(draft),
  label: draft.label,
  dataType: draft.dataType,
  options: hasOptions(draft.dataType) ? optionsOf(draft.options) : [],
  rules: rulesOf(draft),
  isRequired: draft.isRequired,
  editableBy: draft.editableBy,
});

/** What is wrong with the form, by path: `label`, `options`, `options.2`, `rules.min`. */
export function draftProblems(draft: FieldDraft): Map<string, DraftProblem> {
  const definition = definitionOf(draft);
  const found = new Map<string, DraftProblem>();
  const add = (path: string, problem: DraftProblem): void => {
    if (!found.has(path)) found.set(path, problem);
  };
  for (const { path } of newFieldInput.safeParse(definition).error?.issues ?? []) {
    const [name = '', part = ''] = path.map(String);
    if (name === 'rules') add(`rules.${part}`, 'number');
    else if (name === 'options')
      add(part === '' ? 'options' : `options.${part}`, part === '' ? 'other' : 'missing');
    else add(name, name === 'key' && definition.key !== '' ? 'key' : 'missing');
  }
  for (const { path, code } of definitionProblems(definition)) add(path, code as DraftProblem);
  return found;
}
