import { infiniteQueryOptions } from '@tanstack/react-query';
import { sessionRoutes } from '../../../shared/identity/sessions.ts';
import { api } from '../../kernel/api.ts';

const limit = 50;

export const myDevices = infiniteQueryOptions({
  queryKey: ['devices'],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam, signal }) =>
    api.call(sessionRoutes.list, { query: { cursor: pageParam, limit }, signal }),
  getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
});

export const organizationDevices = (organizationId: string) =>
  infiniteQueryOptions({
    queryKey: ['organization-devices', organizationId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api.call(sessionRoutes.listOfOrganization, {
        params: { organizationId },
        query: { cursor: pageParam, limit },
        signal,
      }),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });
