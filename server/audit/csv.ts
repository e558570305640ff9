import type { AuditEntryView } from '../../shared/audit/contract.ts';
import { csvLine } from '../kernel/csv.ts';

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

/** The names of the columns. */
export const csvHeader = csvLine(columns.map(([name]) => name));

/** An entry as a line of a spreadsheet. */
export const csvEntry = (entry: AuditEntryView): string => csvLine(columns.map(([, of]) => of(entry) ?? ''));
