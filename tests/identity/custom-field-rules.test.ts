import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionProblems, newFieldInput } from '../../shared/identity/custom-field-routes.ts';
import {
  fieldChanges,
  fieldLimits,
  fieldTypes,
  readChanges,
  readValue,
  same,
  textPatternNames,
} from '../../shared/identity/custom-fields.ts';
import type { FieldDefinition, FieldRules, PersonField } from '../../shared/identity/custom-fields.ts';

const options = [
  { value: 's', label: 'Small' },
  { value: 'm', label: 'Medium' },
  { value: 'l', label: 'Large' },
];

const field = (dataType: FieldDefinition['dataType'], rules: FieldRules = {}) => ({
  dataType,
  rules,
  options: dataType.endsWith('select') ? options : [],
});

const read = (type: FieldDefinition['dataType'], value: unknown, rules?: FieldRules): unknown => {
  const result = readValue(field(type, rules), value);
  return 'problem' in result ? result.problem : result.value;
};

describe('a value of each type', () => {
  it('string: trimmed, within its length as people count it, of the characters that are wanted', () => {
    expect(read('string', '  Line 7 ')).toBe('Line 7');
    expect(read('string', '   ')).toBeNull();
    expect(read('string', 7)).toBe('wrong_type');
    expect(read('string', 'ab', { minLength: 3 })).toBe('too_short');
    expect(read('string', 'abcd', { maxLength: 3 })).toBe('too_long');
    expect(read('string', '👩‍🏫'.slice(0, 2), { maxLength: 1 })).toBe('👩');
    expect(read('string', 'x'.repeat(fieldLimits.text + 1))).toBe('too_long');
    expect(read('string', 'two\nlines')).toBe('pattern');
    expect(read('string', 'zero\0')).toBe('pattern');
    // PostgreSQL's JSON has no half of a surrogate pair.
    expect(read('string', 'half \ud83d of one')).toBe('pattern');
    expect(read('string', "Zoë O'Néill-Ångström", { pattern: 'letters' })).toBe("Zoë O'Néill-Ångström");
    expect(read('string', 'R2D2', { pattern: 'letters' })).toBe('pattern');
    expect(read('string', '0042', { pattern: 'digits' })).toBe('0042');
    expect(read('string', '4.2', { pattern: 'digits' })).toBe('pattern');
    expect(read('string', 'Ж42', { pattern: 'letters_digits' })).toBe('Ж42');
    expect(read('string', 'A-17/b', { pattern: 'code' })).toBe('A-17/b');
    expect(read('string', 'A 17', { pattern: 'code' })).toBe('pattern');
  });

  it('numbers: whole where they have to be, within their bounds, nothing that JSON loses', () => {
    expect(read('integer', 7)).toBe(7);
    expect(read('integer', 7.5)).toBe('not_whole');
    expect(read('integer', '7')).toBe('wrong_type');
    expect(read('integer', 0, { min: 1 })).toBe('too_small');
    expect(read('integer', 11, { max: 10 })).toBe('too_big');
    expect(read('integer', Number.MAX_SAFE_INTEGER + 1)).toBe('too_big');
    expect(read('decimal', 7.5, { min: 7.5, max: 7.5 })).toBe(7.5);
    expect(Object.is(read('decimal', -0), 0)).toBe(true);
    expect(read('decimal', Number.NaN)).toBe('wrong_type');
    expect(read('decimal', Number.POSITIVE_INFINITY)).toBe('wrong_type');
  });

  it('boolean, date and web address', () => {
    expect(read('boolean', false)).toBe(false);
    expect(read('boolean', 'true')).toBe('wrong_type');
    expect(read('date', '2028-02-29')).toBe('2028-02-29');
    expect(read('date', '2027-02-29')).toBe('bad_date');
    expect(read('date', '1.2.2027')).toBe('bad_date');
    expect(read('date', 20270229)).toBe('wrong_type');
    expect(read('url', ' https://example.org/a?b#c ')).toBe('https://example.org/a?b#c');
    for (const bad of ['javascript:alert(1)', 'ftp://example.org', 'example.org', 'https://', 'http:///x'])
      expect(read('url', bad), bad).toBe('bad_url');
    expect(read('url', `https://example.org/${'x'.repeat(500)}`)).toBe('too_long');
  });

  it('choices: only what is offered, in the order of the options, as many as wanted', () => {
    expect(read('select', 'm')).toBe('m');
    expect(read('select', '')).toBeNull();
    expect(read('select', 'xl')).toBe('not_an_option');
    expect(read('select', ['m'])).toBe('wrong_type');
    expect(read('multi_select', ['l', 's', 'l'])).toEqual(['s', 'l']);
    expect(read('multi_select', [])).toBeNull();
    expect(read('multi_select', ['s', 'xl'])).toBe('not_an_option');
    expect(read('multi_select', ['s'], { min: 2 })).toBe('too_few');
    expect(read('multi_select', ['s', 'm', 'l'], { max: 2 })).toBe('too_many');
    expect(read('multi_select', 's')).toBe('wrong_type');
  });
});

const anyRules = fc.record(
  {
    min: fc.integer({ min: -5, max: 5 }),
    max: fc.integer({ min: -5, max: 5 }),
    minLength: fc.integer({ min: 0, max: 5 }),
    maxLength: fc.integer({ min: 0, max: 5 }),
    pattern: fc.constantFrom(...textPatternNames),
  },
  { requiredKeys: [] },
);
const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.integer({ min: -9, max: 9 }),
  fc.double(),
  fc.subarray(['s', 'm', 'l', 'xl']),
  fc.constantFrom('s', '2027-01-01', 'https://example.org', ' a '),
);

const survivesJson = (value: unknown): boolean => isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);

/** Whether a number is within its bounds. */
function keepsTo(rules: FieldRules, value: unknown): boolean {
  if (typeof value === 'number') return value >= (rules.min ?? -Infinity) && value <= (rules.max ?? Infinity);
  return true;
}

describe('whatever is sent', () => {
  it('is refused, or stored in a form that is read as itself and survives JSON', () => {
    const { counterexample } = fc.check(
      fc.property(fc.constantFrom(...fieldTypes), anyRules, anyValue, (dataType, rules, given) => {
        const result = readValue(field(dataType, rules), given);
        if ('problem' in result) return true;
        const { value } = result;
        const readAgain = readValue(field(dataType, rules), value);
        return same(readAgain, result) && survivesJson(value) && keepsTo(rules, value);
      }),
      { numRuns: 2000 },
    );
    expect(counterexample).toBeNull();
  });

  it('takes no longer for a text that is made to be slow', () => {
    const long = `${'a'.repeat(fieldLimits.text - 1)}!`;
    const started = performance.now();
    for (const pattern of textPatternNames) expect(read('string', long, { pattern })).toBe('pattern');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

const person = (key: string, more: Partial<PersonField> = {}): PersonField => ({
  id: '00000000-0000-7000-8000-000000000000',
  key,
  label: key,
  dataType: 'string',
  options: [],
  rules: {},
  isRequired: false,
  editableBy: 'person',
  value: null,
  ...more,
});

describe('changes of a person', () => {
  it('names what is wrong by key, and changes only what is different', () => {
    const fields = [person('bus', { value: '7' }), person('size', { dataType: 'integer' })];
    expect(readChanges(fields, { bus: '7', size: 4 }, 'person')).toEqual({
      values: new Map([['size', 4]]),
      problems: [],
    });
    expect(readChanges(fields, { size: 'x', nothing: 1 }, 'person').problems).toEqual([
      { key: 'size', problem: 'wrong_type' },
      { key: 'nothing', problem: 'unknown_field' },
    ]);
    expect(readChanges(fields, { bus: '' }, 'person').values).toEqual(new Map([['bus', null]]));
  });

  it('asks each for what is theirs to fill in', () => {
    const fields = [
      person('mine', { isRequired: true }),
      person('theirs', { isRequired: true, editableBy: 'administration' }),
    ];
    const keys = (changes: Record<string, string | null>, by: 'person' | 'administration') =>
      readChanges(fields, changes, by).problems.map(({ key, problem }) => `${key} ${problem}`);
    expect(keys({}, 'person')).toEqual(['mine required']);
    expect(keys({ mine: 'x' }, 'person')).toEqual([]);
    expect(keys({ mine: 'x', theirs: 'y' }, 'person')).toEqual(['theirs not_editable']);
    expect(keys({}, 'administration')).toEqual(['theirs required']);
    expect(keys({ theirs: 'y' }, 'administration')).toEqual([]);
  });

  it('leaves a value that is older than the rules as it is, until somebody changes it', () => {
    const fields = [person('bus', { value: 'an old one', rules: { maxLength: 3 } })];
    expect(readChanges(fields, { bus: 'an old one' }, 'person').problems).toEqual([]);
    expect(readChanges(fields, { bus: 'a new one' }, 'person').problems).toEqual([
      { key: 'bus', problem: 'too_long' },
    ]);
    const required = [person('bus', { value: '7', isRequired: true })];
    expect(readChanges(required, { bus: null }, 'administration').problems).toEqual([
      { key: 'bus', problem: 'required' },
    ]);
  });

  it('takes no more than there can be, and no key that is none', () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, 1]));
    expect(fieldChanges.safeParse(many).success).toBe(false);
    for (const key of ['Bus', 'a.b', '', '_x']) {
      const given: unknown = JSON.parse(`{"${key}": "x"}`);
      expect(fieldChanges.safeParse(given).success, key).toBe(false);
    }
    expect(fieldChanges.parse(JSON.parse('{"__proto__": "x"}'))).toEqual({});
    expect(same(fieldChanges.parse({ constructor: 'x' }), { constructor: 'x' })).toBe(true);
  });
});

describe('a definition', () => {
  const codes = (given: object): string[] =>
    definitionProblems({ dataType: 'string', options: [], rules: {}, ...given }).map(
      ({ path, code }) => `${path} ${code}`,
    );

  it('has options where it offers a choice, and only there', () => {
    expect(codes({ dataType: 'select' })).toEqual(['options no_options']);
    expect(codes({ dataType: 'select', options })).toEqual([]);
    expect(codes({ options })).toEqual(['options options_not_wanted']);
    const [first] = options;
    expect(codes({ dataType: 'multi_select', options: [first, first] })).toEqual(['options option_twice']);
  });

  it('has the rules of its type, and none that contradict each other', () => {
    expect(codes({ rules: { min: 1 } })).toEqual(['rules.min rule_not_for_type']);
    expect(codes({ dataType: 'boolean', rules: { pattern: 'digits' } })).toEqual([
      'rules.pattern rule_not_for_type',
    ]);
    expect(codes({ rules: { minLength: 3, maxLength: 2 } })).toEqual(['rules.maxLength upside_down']);
    expect(codes({ dataType: 'decimal', rules: { min: 3, max: 2.5 } })).toEqual(['rules.max upside_down']);
    expect(codes({ dataType: 'integer', rules: { max: 2.5 } })).toEqual(['rules.max not_whole']);
    expect(codes({ dataType: 'multi_select', options, rules: { min: -1, max: 4 } })).toEqual([
      'rules.min below_zero',
      'rules.max more_than_options',
    ]);
    expect(codes({ rules: { minLength: undefined, maxLength: undefined, pattern: undefined } })).toEqual([]);
  });

  it('is refused with what no contract knows: expressions, other entities, bad keys', () => {
    const base = { key: 'bus_line', label: 'Bus line', dataType: 'string' };
    const takes = (more: object): boolean => newFieldInput.safeParse({ ...base, ...more }).success;
    expect(takes({})).toBe(true);
    expect(takes({ rules: { pattern: '(a+)+$' } })).toBe(false);
    expect(takes({ entityType: 'course' })).toBe(false);
    expect(takes({ organizationId: 'x' })).toBe(false);
    for (const key of ['Bus', '1bus', 'bus-line', '', 'x'.repeat(41)])
      expect(takes({ key }), key).toBe(false);
    expect(takes({ label: 'half \ud83d' })).toBe(false);
    expect(takes({ rules: { min: Infinity } })).toBe(false);
  });
});
