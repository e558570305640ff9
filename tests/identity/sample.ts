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
      return schema.items && (schema.minItems ?? 0) > 0 ? [sample(schema.items, name, idOf)] : [];
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

function text(schema: Json, name: string, idOf: (name: string) => string): string {
  if (schema.format === 'uuid') return idOf(name);
  if (schema.format === 'email') return 'somebody@example.org';
  if (schema.format === 'date-time') return '2030-01-01T00:00:00.000Z';
  if (schema.format === 'date') return '2030-01-01';
  if (schema.format === 'uri') return 'https://example.org';
  if (/email/i.test(name)) return 'somebody@example.org';
  if (/timezone/i.test(name)) return 'UTC';
  return 'x'.repeat(Math.max(8, schema.minLength ?? 0));
}
