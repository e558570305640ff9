import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { importRoutes } from '../../../shared/identity/people-imports.ts';
import type { ImportRowStatus } from '../../../shared/identity/people-imports.ts';
import { peopleRoutes } from '../../../shared/identity/people.ts';
import type { peopleFilter } from '../../../shared/identity/people.ts';
import { api } from '../../kernel/api.ts';

/** What the list is narrowed by; the page is the query's own business. */
export type PeopleQuery = Omit<z.input<typeof peopleFilter>, 'cursor' | 'limit'>;

export const peopleKey = (organizationId: string) => ['people', organizationId] as const;

export const peopleList = (organizationId: string, query: PeopleQuery) =>
  infiniteQueryOptions({
    queryKey: [...peopleKey(organizationId), 'list', query],
    queryFn: ({ signal, pageParam }) =>
      api.call(peopleRoutes.list, {
        params: { organizationId },
        query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const onePerson = (organizationId: string, userId: string) =>
  queryOptions({
    queryKey: [...peopleKey(organizationId), userId],
    queryFn: ({ signal }) => api.call(peopleRoutes.get, { params: { organizationId, userId }, signal }),
  });

export const importsKey = (organizationId: string) => ['imports', organizationId] as const;

export const importList = (organizationId: string) =>
  queryOptions({
    queryKey: [...importsKey(organizationId), 'list'],
    queryFn: ({ signal }) => api.call(importRoutes.list, { params: { organizationId }, query: {}, signal }),
  });

const pollMs = 1000;

/** Asked again every second until it has ended. */
export const oneImport = (organizationId: string, importId: string) =>
  queryOptions({
    queryKey: [...importsKey(organizationId), importId],
    queryFn: ({ signal }) => api.call(importRoutes.get, { params: { organizationId, importId }, signal }),
    refetchInterval: ({ state }) => (state.data?.finishedAt === null ? pollMs : false),
  });

export const importRows = (organizationId: string, importId: string, status: ImportRowStatus) =>
  queryOptions({
    queryKey: [...importsKey(organizationId), importId, 'rows', status],
    queryFn: ({ signal }) =>
      api.call(importRoutes.rows, {
        params: { organizationId, importId },
        query: { status, limit: 200 },
        signal,
      }),
  });
