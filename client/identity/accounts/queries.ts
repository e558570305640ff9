import { queryOptions } from '@tanstack/react-query';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';

/** Whether people may register by themselves. */
export const registration = queryOptions({
  queryKey: ['registration'],
  queryFn: ({ signal }) => api.call(accountRoutes.registration, { signal }),
  staleTime: 60_000,
});

export const myProfile = queryOptions({
  queryKey: ['my-profile'],
  queryFn: ({ signal }) => api.call(accountRoutes.profile, { signal }),
});
