import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { liveRoutes } from '../../../shared/live/contract.ts';
import type { LiveSessionView } from '../../../shared/live/contract.ts';
import { api } from '../../kernel/api.ts';

/** How often a page outside the class looks whether it has begun, ended or been reopened, in milliseconds. */
const lookAgain = { scheduled: 3_000, live: 10_000, ended: 6_000, cancelled: 60_000 } as const;

export const oneClass = (sessionId: string, watching: boolean) =>
  queryOptions({
    queryKey: ['class', sessionId],
    queryFn: ({ signal }) => api.call(liveRoutes.get, { params: { sessionId }, signal }),
    refetchInterval: ({ state }) => (watching ? lookAgain[state.data?.status ?? 'scheduled'] : false),
  });

/** The chat of a class that is over, newest page first. */
export const chatOfClass = (sessionId: string) =>
  infiniteQueryOptions({
    queryKey: ['class', sessionId, 'chat'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api.call(liveRoutes.chat, { params: { sessionId }, query: { cursor: pageParam, limit: 200 }, signal }),
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

function useStateChange(sessionId: string, route: typeof liveRoutes.start) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.call(route, { params: { sessionId } }),
    onSuccess: (session: LiveSessionView) => {
      client.setQueryData(['class', sessionId], session);
      return client.invalidateQueries({ queryKey: ['classes'] });
    },
  });
}

export const useStartClass = (sessionId: string) => useStateChange(sessionId, liveRoutes.start);

export const useReopenClass = (sessionId: string) => useStateChange(sessionId, liveRoutes.reopen);
