import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { categoryRoutes } from '../../../shared/courses/categories.ts';
import { api } from '../../kernel/api.ts';

/** The categories that somebody has in an organization, as a tree is read. */
export const categoriesIn = (organizationId: string) =>
  queryOptions({
    queryKey: ['categories', organizationId],
    queryFn: ({ signal }) => api.call(categoryRoutes.list, { params: { organizationId }, signal }),
  });

/** After categories were changed, or courses were put into them: everything that shows their names or counts. */
export function useCategoryRefresh(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all(
      ['categories', 'courses', 'my-interests'].map((first) =>
        client.invalidateQueries({ queryKey: [first] }),
      ),
    );
}
