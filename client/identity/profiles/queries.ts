import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { learnerRoutes } from '../../../shared/courses/learner.ts';
import { profileRoutes } from '../../../shared/identity/profiles.ts';
import { api } from '../../kernel/api.ts';

const key = ['profiles'] as const;

export const onePersonProfile = (userId: string) =>
  queryOptions({
    queryKey: [...key, 'one', userId],
    queryFn: ({ signal }) => api.call(profileRoutes.get, { params: { userId }, signal }),
  });

export type Direction = 'followers' | 'following';

export const followList = (userId: string, direction: Direction) =>
  infiniteQueryOptions({
    queryKey: [...key, direction, userId],
    queryFn: ({ signal, pageParam }) =>
      api.call(profileRoutes[direction], {
        params: { userId },
        query: { limit: 25, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** Follows or unfollows somebody; whatever shows who follows whom is looked at again. */
export function useFollow(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (follow: boolean) =>
      api.call(follow ? profileRoutes.follow : profileRoutes.unfollow, { params: { userId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

export const myInterests = queryOptions({
  queryKey: ['my-interests'],
  queryFn: ({ signal }) => api.call(profileRoutes.interests, { signal }),
});

/** After a change of the own profile. */
export function useProfileRefresh(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: key });
}

export type Reach = 'all' | 'direct';

export const myReports = (reach: Reach) =>
  infiniteQueryOptions({
    queryKey: ['my-reports', reach],
    queryFn: ({ signal, pageParam }) =>
      api.call(profileRoutes.reports, {
        query: { reach, limit: 25, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const coursesOfReport = (userId: string) =>
  queryOptions({
    queryKey: ['my-reports', 'courses', userId],
    queryFn: ({ signal }) => api.call(learnerRoutes.courses, { params: { userId }, signal }),
  });
