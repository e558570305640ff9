import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { invitationRoutes } from '../../../shared/identity/invitations.ts';
import { organizationSettingRoutes } from '../../../shared/identity/organization-settings.ts';
import { membershipRoutes, organizationRoutes } from '../../../shared/identity/organizations.ts';
import type { memberFilter } from '../../../shared/identity/organizations.ts';
import { api } from '../../kernel/api.ts';

/** What the list of members is narrowed by; the page is the query's own business. */
export type MemberQuery = Omit<z.input<typeof memberFilter>, 'cursor' | 'limit'>;

export const myMemberships = queryOptions({
  queryKey: ['memberships'],
  queryFn: ({ signal }) => api.call(membershipRoutes.mine, { signal }),
});

/** Everything about organizations: one change may concern several of them. */
export const organizationsKey = ['organizations'] as const;

export const oneOrganization = (organizationId: string) =>
  queryOptions({
    queryKey: [...organizationsKey, organizationId],
    queryFn: ({ signal }) => api.call(organizationRoutes.get, { params: { organizationId }, signal }),
  });

export const organizationTree = (organizationId: string) =>
  queryOptions({
    queryKey: [...organizationsKey, organizationId, 'tree'],
    queryFn: ({ signal }) => api.call(organizationRoutes.tree, { params: { organizationId }, signal }),
  });

export const organizationList = (q: string) =>
  infiniteQueryOptions({
    queryKey: [...organizationsKey, 'list', q],
    queryFn: ({ signal, pageParam }) =>
      api.call(organizationRoutes.list, {
        query: { limit: 20, ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const deletedOrganizations = queryOptions({
  queryKey: [...organizationsKey, 'deleted'],
  queryFn: ({ signal }) => api.call(organizationRoutes.list, { query: { deleted: 'true' }, signal }),
});

export const settingsOf = (organizationId: string) =>
  queryOptions({
    queryKey: [...organizationsKey, organizationId, 'settings'],
    queryFn: ({ signal }) => api.call(organizationSettingRoutes.get, { params: { organizationId }, signal }),
    // A form is open on it: only its own saving changes it below the person's hands.
    staleTime: Infinity,
    refetchOnMount: 'always',
  });

export const membersKey = (organizationId: string) => ['members', organizationId] as const;

export const memberList = (organizationId: string, query: MemberQuery) =>
  infiniteQueryOptions({
    queryKey: [...membersKey(organizationId), query],
    queryFn: ({ signal, pageParam }) =>
      api.call(membershipRoutes.list, {
        params: { organizationId },
        query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const previewOf = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => api.call(invitationRoutes.preview, { body: { token }, signal }),
    retry: 1,
    refetchOnWindowFocus: false,
  });

/** Where somebody is by an invitation that they have accepted. Asked for once its link holds no more: nothing changes by it then. */
export const arrivalOf = (userId: string, token: string) =>
  queryOptions({
    queryKey: ['invitation', token, 'arrival', userId],
    queryFn: ({ signal }) => api.call(invitationRoutes.accept, { body: { token }, signal }),
    retry: 1,
    refetchOnWindowFocus: false,
  });
