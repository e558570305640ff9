import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { catalogueRoutes, enrollmentRequestRoutes } from '../../shared/courses/catalogue.ts';
import type { CatalogueItem, CatalogueQuery } from '../../shared/courses/catalogue.ts';
import { api } from '../kernel/api.ts';

const key = ['catalogue'] as const;

/** What the catalogue is narrowed by. */
export type OfferFilter = Pick<CatalogueQuery, 'q' | 'categoryId' | 'difficulty'>;

export const offerList = (filter: OfferFilter) =>
  infiniteQueryOptions({
    queryKey: [...key, 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      api.call(catalogueRoutes.list, { query: { ...filter, cursor: pageParam ?? undefined }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const oneOffer = (courseId: string) =>
  queryOptions({
    queryKey: [...key, 'one', courseId],
    queryFn: ({ signal }) => api.call(catalogueRoutes.get, { params: { courseId }, signal }),
    refetchOnWindowFocus: true,
  });

export const recommended = queryOptions({
  queryKey: [...key, 'recommended'],
  queryFn: ({ signal }) => api.call(catalogueRoutes.recommendations, { query: {}, signal }),
});

export const offerCategories = queryOptions({
  queryKey: [...key, 'categories'],
  queryFn: ({ signal }) => api.call(catalogueRoutes.categories, { signal }),
  staleTime: 60_000,
});

/** After somebody entered a course or left it: lists of courses, their classes and the catalogue are looked at again. */
export function useOfferRefresh(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all([key, ['courses'], ['classes']].map((queryKey) => client.invalidateQueries({ queryKey })));
}

/** Enters a course, or asks for a place. */
export function useEnroll(courseId: string) {
  const client = useQueryClient();
  const refresh = useOfferRefresh();
  return useMutation({
    mutationFn: () => api.call(catalogueRoutes.enroll, { params: { courseId } }),
    onSuccess: (entry: CatalogueItem) => client.setQueryData(oneOffer(courseId).queryKey, entry),
    // Also when it was refused: the page then shows what it is like now, such as full.
    onSettled: () => void refresh(),
  });
}

export const withdraw = (courseId: string) => api.call(catalogueRoutes.withdraw, { params: { courseId } });

const requestsKey = (courseId: string) => ['requests', courseId] as const;

export const requestList = (courseId: string) =>
  infiniteQueryOptions({
    queryKey: requestsKey(courseId),
    queryFn: ({ signal, pageParam }) =>
      api.call(enrollmentRequestRoutes.list, {
        params: { courseId },
        query: { cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: 30_000,
    refetchOnWindowFocus: true,
  });

type Answer = { approve: true } | { approve: false; reason: string };

/**
 * Answers a request; the list, and how many are in the course, are looked at again.
 * @param onAnswered after that: whatever asked is gone by then, with the row of the request
 */
export function useAnswer(courseId: string, userId: string, onAnswered: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (answer: Answer) => {
      const params = { courseId, userId };
      if (answer.approve) return api.call(enrollmentRequestRoutes.approve, { params });
      const body = { reason: answer.reason.trim() || null };
      return api.call(enrollmentRequestRoutes.reject, { params, body });
    },
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: requestsKey(courseId) }),
        client.invalidateQueries({ queryKey: ['courses', courseId] }),
      ]);
      onAnswered();
    },
  });
}
