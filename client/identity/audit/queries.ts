import { infiniteQueryOptions } from '@tanstack/react-query';
import { auditRoutes } from '../../../shared/audit/contract.ts';
import type { Problem } from '../../../shared/kernel/errors.ts';
import { api } from '../../kernel/api.ts';
import { ApiError } from '../../kernel/request-error.ts';
import { freshToken } from '../../kernel/token.ts';
import { queryOf } from './filters.ts';
import type { Filters } from './filters.ts';

/** @param organizationId null: the whole installation */
export const auditEntries = (organizationId: string | null, filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['audit', organizationId, filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { ...queryOf(filters), cursor: pageParam, limit: 50 };
      return organizationId === null
        ? api.call(auditRoutes.listAll, { query, signal })
        : api.call(auditRoutes.list, { params: { organizationId }, query, signal });
    },
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

/**
 * Fetches the CSV and hands it to the browser to save. Not a plain link: that would carry no token.
 * @throws ApiError
 */
export async function saveExport(organizationId: string, filters: Filters): Promise<void> {
  const path = auditRoutes.export.path.replace(':organizationId', encodeURIComponent(organizationId));
  const token = await freshToken();
  const response = await fetch(`/api/v1${path}?${new URLSearchParams(queryOf(filters))}`, {
    headers: { authorization: `Bearer ${token}` },
  }).catch(() => {
    throw new ApiError({ code: 'network', status: 0, message: 'The server could not be reached.' });
  });
  if (!response.ok) throw ApiError.fromProblem((await response.json()) as Problem);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = 'audit.csv';
  link.click();
  URL.revokeObjectURL(address);
}
