import { queryOptions } from '@tanstack/react-query';
import { customFieldRoutes } from '../../../shared/identity/custom-field-routes.ts';
import { api } from '../../kernel/api.ts';

export const fieldsIn = (organizationId: string) =>
  queryOptions({
    queryKey: ['custom-fields', organizationId],
    queryFn: ({ signal }) => api.call(customFieldRoutes.list, { params: { organizationId }, signal }),
  });
