import type { AuditEntryView } from '../../shared/audit/contract.ts';

/** A spreadsheet takes cells that begin like this for formulas. */
const formula = /^[=+\-@\t\r]/;

function cell(value: string | null): string {
  const text = value ?? '';
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const json = (values: Record<string, unknown> | null): string =>
  values === null || Object.keys(values).length === 0 ? '' : JSON.stringify(values);

const columns: readonly (readonly [name: string, of: (entry: AuditEntryView) => string | null])[] = [
  ['time', ({ at }) => at],
  ['actor_id', ({ actor }) => actor?.id ?? null],
  ['actor', ({ actor, bySystem }) => actor?.displayName ?? (bySystem ? 'Lectern' : null)],
  ['action', ({ action }) => action],
  ['category', ({ category }) => category],
  ['severity', ({ severity }) => severity],
  ['resource_type', ({ resourceType }) => resourceType],
  ['resource_id', ({ resourceId }) => resourceId],
  ['resource', ({ resourceName }) => resourceName],
  ['description', ({ description }) => description],
  ['old', (entry) => json(entry.old)],
  ['new', (entry) => json(entry.new)],
  ['metadata', ({ metadata }) => json(metadata)],
  ['ip_address', ({ ipAddress }) => ipAddress],
  ['user_agent', ({ userAgent }) => userAgent],
  ['session_id', ({ authSessionId }) => authSessionId],
  ['request_id', ({ requestId }) => requestId],
  ['tags', ({ tags }) => tags.join(' ')],
  ['entry_id', ({ id }) => id],
];

const line = (cells: readonly string[]): string => `${cells.join(',')}\r\n`;

/** RFC 4180, with the names of the columns. */
export const csvHeader = line(columns.map(([name]) => name));

export const csvLine = (entry: AuditEntryView): string => line(columns.map(([, of]) => cell(of(entry))));
