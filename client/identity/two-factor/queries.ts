import { queryOptions } from '@tanstack/react-query';
import { twoFactorRoutes } from '../../../shared/identity/two-factor.ts';
import { api } from '../../kernel/api.ts';

export const myTwoFactor = queryOptions({
  queryKey: ['two-factor'],
  queryFn: ({ signal }) => api.call(twoFactorRoutes.get, { signal }),
});
