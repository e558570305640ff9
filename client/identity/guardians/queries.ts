import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { learnerRoutes } from '../../../shared/courses/learner.ts';
import { guardianRoutes } from '../../../shared/identity/guardians.ts';
import type { GuardianshipStatus } from '../../../shared/identity/guardians.ts';
import { attendanceRoutes } from '../../../shared/live/attendance.ts';
import { api } from '../../kernel/api.ts';
import { localDay } from '../../kernel/i18n/format.ts';
import { serverNow } from '../../kernel/server-clock.ts';

const key = ['family'] as const;

export const myChildren = queryOptions({
  queryKey: [...key, 'children'],
  queryFn: ({ signal }) => api.call(guardianRoutes.children, { signal }),
});

export const myGuardians = queryOptions({
  queryKey: [...key, 'guardians'],
  queryFn: ({ signal }) => api.call(guardianRoutes.guardians, { signal }),
});

export const coursesOfChild = (userId: string) =>
  queryOptions({
    queryKey: [...key, 'courses', userId],
    queryFn: ({ signal }) => api.call(learnerRoutes.courses, { params: { userId }, signal }),
  });

export const attendanceOfChild = (userId: string, courseId: string | null) =>
  infiniteQueryOptions({
    queryKey: [...key, 'attendance', userId, courseId],
    queryFn: ({ signal, pageParam }) =>
      api.call(attendanceRoutes.ofLearner, {
        params: { userId },
        query: { limit: 25, courseId: courseId ?? undefined, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** Today's classes of a child, by the viewer's own midnight. */
export const childToday = (userId: string) =>
  queryOptions({
    queryKey: [...key, 'today', userId],
    queryFn: ({ signal }) =>
      api.call(attendanceRoutes.ofLearner, {
        params: { userId },
        query: { limit: 25, ...localDay(serverNow()) },
        signal,
      }),
    refetchInterval: 30_000,
  });

export const guardianshipsIn = (organizationId: string, status: GuardianshipStatus | null) =>
  infiniteQueryOptions({
    queryKey: [...key, 'organization', organizationId, status],
    queryFn: ({ signal, pageParam }) =>
      api.call(guardianRoutes.list, {
        params: { organizationId },
        query: { limit: 25, status: status ?? undefined, cursor: pageParam ?? undefined },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** A change to links, after which everything about them is looked at again. */
export function useFamilyMutation<Input, Result>(change: (input: Input) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: key }),
  });
}

/** For what asks first with a dialog of its own. */
export function useFamilyRefresh(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: key });
}
