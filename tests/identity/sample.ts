import { z } from 'zod';

type Json = Record<string, unknown> & {
  type?: string | string[];
  properties?: Record<string, Json>;
  required?: string[];
  anyOf?: Json[];
  oneOf?: Json[];
  items?: Json;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  minItems?: number;
  minimum?: number;
};

/** A value of about the shape that a contract wants: good enough to get past the form, into the question of rights. */
export function sampleOf(schema: z.ZodType, idOf: (name: string) => string): unknown {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return sample(json, 'id', idOf);
}

function sample(schema: Json, name: string, idOf: (name: string) => string): unknown {
  // Which of them go together depends on the type.
  if (name === 'rules') return {};
  // Goes with one kind of relationship only.
  if (name === 'relationshipNote') return null;
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice) return sample(choice, name, idOf);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, value]) => [key, sample(value, key, idOf)]),
      );
    case 'array':
      // A list of ids is never empty: somebody else's must be refused in it as well.
      return schema.items && ((schema.minItems ?? 0) > 0 || holdsId(schema.items))
        ? [sample(schema.items, name, idOf)]
        : [];
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return text(schema, name, idOf);
  }
}

const holdsId = (schema: Json): boolean =>
  schema.format === 'uuid' ||
  [...(schema.anyOf ?? schema.oneOf ?? []), ...Object.values(schema.properties ?? {})].some(holdsId);

/** What a pattern or a refinement wants, by the name of the field. */
const wellKnown: [RegExp, string][] = [
  [/email/i, 'somebody@example.org'],
  [/timezone/i, 'UTC'],
  [/locale|language/i, 'en'],
  [/phone/i, '+442079460000'],
  [/country/i, 'GB'],
  [/slug/i, 'walksample'],
  [/color/i, '#336699'],
  [/domain/i, 'example.org'],
  [/birth/i, '2001-01-01'],
  [/childCode/, 'STU10001'],
];

/** Tried where a pattern says what a text looks like. */
const shapes = ['xxxxxxxx', '234567', '23456789', 'STU10001', 'GB'];

function text(schema: Json, name: string, idOf: (name: string) => string): string {
  if (schema.format === 'uuid') return idOf(name);
  if (schema.format === 'email') return 'somebody@example.org';
  if (schema.format === 'date-time') return '2030-01-01T00:00:00.000Z';
  if (schema.format === 'date') return '2030-01-01';
  if (schema.format === 'uri') return 'https://example.org';
  for (const [names, value] of wellKnown) if (names.test(name)) return value;
  const { pattern } = schema;
  const fitting =
    pattern === undefined ? undefined : shapes.find((one) => new RegExp(pattern, 'u').test(one));
  return fitting ?? 'x'.repeat(Math.max(8, schema.minLength ?? 0));
}
