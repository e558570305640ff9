import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import { apiKeyRoutes } from '../../../shared/identity/api-keys.ts';
import { api } from '../../kernel/api.ts';

const key = ['api-keys'] as const;

export const myApiKeys = queryOptions({
  queryKey: [...key, 'mine'],
  queryFn: ({ signal }) => api.call(apiKeyRoutes.mine, { signal }),
});

export const apiKeysIn = (organizationId: string) =>
  infiniteQueryOptions({
    queryKey: [...key, 'organization', organizationId],
    queryFn: ({ signal, pageParam }) =>
      api.call(apiKeyRoutes.list, {
        params: { organizationId },
        query: { limit: 25, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** Has every list of keys looked at again. */
export function useKeysRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: key });
}
