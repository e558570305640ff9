/** What no entry may hold, whatever a caller passes: names of fields that carry secrets. */
const secretWords = /password|secret|token|hash/i;
const secretParts = new Set(['enc', 'otp', 'cookie']);

const maxText = 2000;
const maxItems = 100;
const maxDepth = 6;

const wordsOf = (key: string): string[] =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);

/** Whether a field carries a secret by its name. That one is set or not (`hasPassword: true`) is no secret. */
export const isSecret = (key: string, value: unknown): boolean =>
  typeof value !== 'boolean' && (secretWords.test(key) || wordsOf(key).some((word) => secretParts.has(word)));

/** Text that PostgreSQL takes, cut to a size that is worth keeping. */
export const cleanText = (text: string): string =>
  text.toWellFormed().replaceAll('\0', '').slice(0, maxText).toWellFormed();

/** A JSON value without secrets, bytes, and what is too much; undefined for what has no place in JSON. */
function cleanValue(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value !== 'object' || value instanceof Uint8Array || depth >= maxDepth) return undefined;
  if (Array.isArray(value))
    return value.slice(0, maxItems).map((item: unknown) => cleanValue(item, depth + 1) ?? null);
  return cleanRecord(value as Record<string, unknown>, depth + 1);
}

function cleanRecord(record: Record<string, unknown>, depth: number): Record<string, unknown> {
  const kept = Object.entries(record)
    .slice(0, maxItems)
    .filter(([key, value]) => !isSecret(key, value))
    .map(([key, value]) => [cleanText(key), cleanValue(value, depth)] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept);
}

/** Values of an entry as they may be kept. */
export const clean = (record: Record<string, unknown>): Record<string, unknown> => cleanRecord(record, 0);
