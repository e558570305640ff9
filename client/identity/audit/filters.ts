import { auditCategories, auditSeverities } from '../../../shared/audit/contract.ts';
import { startOfDay } from '../../kernel/i18n/format.ts';

/** What the filters of the page hold, as text; '' = not asked for. Days are the viewer's own, `YYYY-MM-DD`. */
export interface Filters {
  actor: string;
  action: string;
  category: string;
  severity: string;
  from: string;
  to: string;
  q: string;
  resourceType: string;
  resourceId: string;
  requestId: string;
  tag: string;
}

export const filterNames = [
  'actor',
  'action',
  'category',
  'severity',
  'from',
  'to',
  'q',
  'resourceType',
  'resourceId',
  'requestId',
  'tag',
] as const satisfies readonly (keyof Filters)[];

/** The ones that are folded away. */
export const rareFilters = ['q', 'resourceType', 'resourceId', 'requestId', 'tag'] as const;

const day = /^\d{4}-\d{2}-\d{2}$/;
const word = /^[a-z0-9_.]{1,80}$/i;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether the server would take a filter as it is. */
const isUsable: Partial<Record<keyof Filters, (value: string) => boolean>> = {
  action: (value) => word.test(value),
  resourceType: (value) => word.test(value),
  tag: (value) => word.test(value),
  resourceId: (value) => uuid.test(value),
  category: (value) => (auditCategories as readonly string[]).includes(value),
  severity: (value) => (auditSeverities as readonly string[]).includes(value),
  from: (value) => day.test(value) && !Number.isNaN(Date.parse(value)),
  to: (value) => day.test(value) && !Number.isNaN(Date.parse(value)),
};

/** Names of the fields that the server would refuse. */
export const refusedFilters = (filters: Filters): (keyof Filters)[] =>
  filterNames.filter((name) => filters[name] !== '' && isUsable[name]?.(filters[name]) === false);

/** Reads the address. Whatever somebody wrote there by hand and makes no sense counts as not asked for. */
export function filtersFrom(search: URLSearchParams): Filters {
  const value = (name: keyof Filters): string => {
    const text = (search.get(name) ?? '').trim();
    return text !== '' && isUsable[name]?.(text) === false ? '' : text;
  };
  return Object.fromEntries(filterNames.map((name) => [name, value(name)])) as unknown as Filters;
}

/** Writes the address: only what is asked for. */
export const searchOf = (filters: Filters): URLSearchParams =>
  new URLSearchParams(
    filterNames.map((name) => [name, filters[name].trim()]).filter(([, value]) => value !== ''),
  );

/** As the server wants them: `to` is the end of the last day. */
export function queryOf(filters: Filters): Record<string, string> {
  const { from, to, ...rest } = filters;
  const given = Object.entries(rest).filter(([, value]) => value !== '');
  return {
    ...Object.fromEntries(given),
    ...(from ? { from: startOfDay(from) } : {}),
    ...(to ? { to: startOfDay(to, 1) } : {}),
  };
}
