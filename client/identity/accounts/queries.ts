import { queryOptions } from '@tanstack/react-query';
import { accountRoutes } from '../../../shared/identity/accounts.ts';
import { api } from '../../kernel/api.ts';

export const myProfile = queryOptions({
  queryKey: ['my-profile'],
  queryFn: ({ signal }) => api.call(accountRoutes.profile, { signal }),
});
