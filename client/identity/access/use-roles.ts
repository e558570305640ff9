import { useQuery } from '@tanstack/react-query';
import type { RoleView } from '../../../shared/identity/access.ts';
import { useMe } from '../../kernel/use-sign-in.ts';
import { explanationOf, rolesIn } from './queries.ts';

/** The name of a role by its slug, which is how the server names it in answers; the slug for one that is gone. */
export function useRoleName(organizationId: string): (slug: string) => string {
  const { data } = useQuery(rolesIn(organizationId));
  const names = new Map((data?.items ?? []).map(({ slug, name }) => [slug, name]));
  return (slug) => names.get(slug) ?? slug;
}

export const rolesById = (roles: readonly RoleView[]): Map<string, RoleView> =>
  new Map(roles.map((role) => [role.id, role]));

/** How high the person at this browser may go; null while it is not known. The server decides anew. */
export function useOwnLevel(organizationId: string): number | null {
  const me = useMe();
  const { data } = useQuery({
    ...explanationOf(organizationId, { userId: me.id, permission: 'role.assign' }),
    enabled: me.permissions.includes('role.read'),
    staleTime: 60_000,
  });
  // Who looks after the whole installation need not be a member here; nothing is above them.
  return me.role === 'super_admin' ? 100 : (data?.level ?? null);
}
