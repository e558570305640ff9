import { infiniteQueryOptions } from '@tanstack/react-query';
import { invitationRoutes } from '../../../shared/identity/invitations.ts';
import type { InvitationStatus, InvitationView } from '../../../shared/identity/invitations.ts';
import { api } from '../../kernel/api.ts';

interface PageQuery {
  status?: InvitationStatus;
  cursor?: string;
}

/** Where invitations come from, and what is done to one: those to an organization, or to one of its courses. */
export interface InvitationSource {
  /** What their queries begin with. */
  key: readonly string[];
  page(
    query: PageQuery,
    signal: AbortSignal,
  ): Promise<{ items: InvitationView[]; nextCursor: string | null }>;
  resend(invitationId: string): Promise<InvitationView>;
  revoke(invitationId: string): Promise<InvitationView>;
}

export const organizationInvitations = (organizationId: string): InvitationSource => ({
  key: ['invitations', organizationId],
  page: (query, signal) => api.call(invitationRoutes.list, { params: { organizationId }, query, signal }),
  resend: (invitationId) => api.call(invitationRoutes.resend, { params: { organizationId, invitationId } }),
  revoke: (invitationId) => api.call(invitationRoutes.revoke, { params: { organizationId, invitationId } }),
});

export const invitationList = (source: InvitationSource, status: InvitationStatus | null) =>
  infiniteQueryOptions({
    queryKey: [...source.key, status],
    queryFn: ({ signal, pageParam }) =>
      source.page({ ...(status ? { status } : {}), ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
