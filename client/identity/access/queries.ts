import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { accessRoutes } from '../../../shared/identity/access.ts';
import type { explainQuery, whoQuery } from '../../../shared/identity/access.ts';
import { coursesRoutes } from '../../../shared/courses/contract.ts';
import type { CourseView } from '../../../shared/courses/contract.ts';
import { api } from '../../kernel/api.ts';
import { peopleKey } from '../people/queries.ts';

/** Everything about rights in an organization: one change may concern all of it. */
const accessKey = (organizationId: string) => ['access', organizationId] as const;

export const rolesIn = (organizationId: string) =>
  queryOptions({
    queryKey: [...accessKey(organizationId), 'roles'],
    queryFn: ({ signal }) => api.call(accessRoutes.roles, { params: { organizationId }, signal }),
  });

export const assignmentsOf = (organizationId: string, userId: string) =>
  infiniteQueryOptions({
    queryKey: [...accessKey(organizationId), 'assignments', userId],
    queryFn: ({ signal, pageParam }) =>
      api.call(accessRoutes.assignments, {
        params: { organizationId },
        query: { userId, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const grantsOf = (organizationId: string, userId: string) =>
  infiniteQueryOptions({
    queryKey: [...accessKey(organizationId), 'grants', userId],
    queryFn: ({ signal, pageParam }) =>
      api.call(accessRoutes.grants, {
        params: { organizationId },
        query: { userId, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const explanationOf = (organizationId: string, query: z.input<typeof explainQuery>) =>
  queryOptions({
    queryKey: [...accessKey(organizationId), 'explain', query],
    queryFn: ({ signal }) => api.call(accessRoutes.explain, { params: { organizationId }, query, signal }),
  });

export type WhoQuestion = Omit<z.input<typeof whoQuery>, 'cursor' | 'limit'>;

export const whoMay = (organizationId: string, query: WhoQuestion) =>
  infiniteQueryOptions({
    queryKey: [...accessKey(organizationId), 'who', query],
    queryFn: ({ signal, pageParam }) =>
      api.call(accessRoutes.who, {
        params: { organizationId },
        query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** The courses to choose from: all that the person sees where they work now. */
export const coursesHere = (organizationId: string) =>
  queryOptions({
    queryKey: ['courses', 'in', organizationId],
    queryFn: async ({ signal }) => {
      const found: CourseView[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await api.call(coursesRoutes.mine, {
          query: { limit: 100, ...(cursor ? { cursor } : {}) },
          signal,
        });
        found.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor);
      return found.toSorted((one, other) => one.title.localeCompare(other.title));
    },
    staleTime: 60_000,
  });

/** Has everything about rights looked at again, and the people whose roles are shown. */
export function useAccessRefresh(organizationId: string): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: accessKey(organizationId) }),
      client.invalidateQueries({ queryKey: peopleKey(organizationId) }),
    ]);
  };
}
