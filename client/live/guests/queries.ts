import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { guestInvitationRoutes, guestRoutes } from '../../../shared/live/guests.ts';
import type { JoinCodeView } from '../../../shared/live/guests.ts';
import type { InvitationSource } from '../../identity/organizations/invitation-source.ts';
import { api } from '../../kernel/api.ts';

const keyOf = (sessionId: string) => ['class', sessionId, 'guests'] as const;

export const joinCodeOf = (sessionId: string) =>
  queryOptions({
    queryKey: [...keyOf(sessionId), 'code'],
    queryFn: ({ signal }) => api.call(guestRoutes.code, { params: { sessionId }, signal }),
  });

/** The guests of a class; looked at again while it is shown, as they come by themselves. */
export const guestsOf = (sessionId: string) =>
  infiniteQueryOptions({
    queryKey: [...keyOf(sessionId), 'list'],
    queryFn: ({ signal, pageParam }) =>
      api.call(guestRoutes.list, {
        params: { sessionId },
        query: pageParam ? { cursor: pageParam } : {},
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: 10_000,
  });

/** Gives a class a new code, or takes it away. */
export function useJoinCode(sessionId: string, route: typeof guestRoutes.newCode) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.call(route, { params: { sessionId } }),
    onSuccess: (view: JoinCodeView) => client.setQueryData(joinCodeOf(sessionId).queryKey, view),
  });
}

/** Takes a guest out, or lets them in again. */
export function useGuestChange(sessionId: string, route: typeof guestRoutes.takeOut) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (userId: string) => api.call(route, { params: { sessionId, userId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: guestsOf(sessionId).queryKey }),
  });
}

export const guestInvitations = (sessionId: string): InvitationSource => ({
  key: ['class', sessionId, 'guests', 'invitations'],
  page: (query, signal) => api.call(guestInvitationRoutes.list, { params: { sessionId }, query, signal }),
  resend: (guestInvitationId) =>
    api.call(guestInvitationRoutes.resend, { params: { sessionId, guestInvitationId } }),
  revoke: (guestInvitationId) =>
    api.call(guestInvitationRoutes.revoke, { params: { sessionId, guestInvitationId } }),
});
