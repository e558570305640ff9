import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { coursesRoutes } from '../../shared/courses/contract.ts';
import { teamRoutes } from '../../shared/courses/team.ts';
import { liveRoutes } from '../../shared/live/contract.ts';
import type { LiveSessionView } from '../../shared/live/contract.ts';
import { api } from '../kernel/api.ts';
import { localDay } from '../kernel/i18n/format.ts';
import { serverNow } from '../kernel/server-clock.ts';

/** Lists of classes change by other people's hands: looked at again now and then, and on return to the tab. */
const live = { refetchInterval: 10_000, refetchOnWindowFocus: true } as const;

export const myCourses = queryOptions({
  queryKey: ['courses', 'mine'],
  queryFn: ({ signal }) => api.call(coursesRoutes.mine, { query: { limit: 100 }, signal }),
});

/** Today's classes by the viewer's own midnight. */
export const todaysClasses = queryOptions({
  queryKey: ['classes', 'today'],
  queryFn: ({ signal }) => api.call(coursesRoutes.today, { query: localDay(serverNow()), signal }),
  ...live,
});

/** How far ahead the home page shows what one is a guest of, in milliseconds. */
const guestAhead = 90 * 86_400_000;

/** Classes that the viewer is a guest of, from tomorrow on: today's are with today's. */
export const classesAsGuest = queryOptions({
  queryKey: ['classes', 'guest'],
  queryFn: ({ signal }) => {
    const { to: from } = localDay(serverNow());
    const to = new Date(serverNow() + guestAhead).toISOString();
    return api.call(coursesRoutes.today, { query: { from, to, as: 'guest' }, signal });
  },
  // Days ahead: not looked at again all the time, as today's are.
  refetchOnWindowFocus: true,
});

export const oneCourse = (courseId: string) =>
  queryOptions({
    queryKey: ['courses', courseId],
    queryFn: ({ signal }) => api.call(coursesRoutes.get, { params: { courseId }, signal }),
  });

export const classesOfCourse = (courseId: string) =>
  queryOptions({
    queryKey: ['classes', 'course', courseId],
    queryFn: ({ signal }) =>
      api.call(liveRoutes.list, { params: { courseId }, query: { limit: 100 }, signal }),
    ...live,
  });

/** Everything that shows a class is looked at again after one was changed. */
function useClassMutation<Input>(change: (input: Input) => Promise<LiveSessionView>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (session) => {
      client.setQueryData(['class', session.id], session);
      return client.invalidateQueries({ queryKey: ['classes'] });
    },
  });
}

export type ScheduleInput = z.input<NonNullable<typeof liveRoutes.create.body>>;

export const useSchedule = (courseId: string) =>
  useClassMutation((body: ScheduleInput) => api.call(liveRoutes.create, { params: { courseId }, body }));

export const useStart = () =>
  useClassMutation((sessionId: string) => api.call(liveRoutes.start, { params: { sessionId } }));

export const useCancel = (sessionId: string) =>
  useClassMutation((reason: string) =>
    api.call(liveRoutes.cancel, { params: { sessionId }, body: { reason: reason.trim() || null } }),
  );

/** The open courses that a manager may choose for the people below them. */
export const teamCourses = (organizationId: string, q: string) =>
  queryOptions({
    queryKey: ['courses', 'team', organizationId, q],
    queryFn: ({ signal }) =>
      api.call(teamRoutes.courses, { query: { organizationId, ...(q ? { q } : {}) }, signal }),
  });

/** Enrols people below a manager. */
export function useEnrollTeam() {
  const changed = useTeamRefresh();
  return useMutation({
    mutationFn: ({ courseId, userIds }: { courseId: string; userIds: string[] }) =>
      api.call(teamRoutes.enroll, { params: { courseId }, body: { userIds } }),
    onSuccess: changed,
  });
}

/** Takes somebody out of a course again. */
export const takeOut = (courseId: string, userId: string) =>
  api.call(teamRoutes.takeOut, { params: { courseId, userId } });

/** After a change of what the people below a manager learn. */
export function useTeamRefresh(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['my-reports'] }),
      client.invalidateQueries({ queryKey: ['courses', 'team'] }),
    ]);
}
