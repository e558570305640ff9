import type { MembershipRole } from '../../../shared/identity/contract.ts';
import type { Access, SubjectRow } from './access.ts';

/** How rights see an organization and a person: the subjects that identity itself owns. */
export function relateIdentitySubjects(access: Access): void {
  access.relate<SubjectRow & { role: MembershipRole | null }>('organization', {
    sql: `select o.id, o.id as organization_id,
        (select m.role from organization_memberships m where m.organization_id = o.id and m.user_id = :user
          and m.left_at is null and m.status = 'active') as role
      from organizations o where o.id = any(:ids::uuid[]) and o.deleted_at is null`,
    read: ({ role }) => ({
      contexts: [],
      relations: [
        ...(role === null ? [] : (['organization.member'] as const)),
        // Administrators and owners have the role `admin` there besides.
        ...(role === null || role === 'member' ? [] : (['organization.manager'] as const)),
      ],
    }),
  });

  // A person belongs to the organization that is their primary one: its administrators look after the account.
  access.relate<SubjectRow & { guardian: boolean; manager: boolean }>('user', {
    sql: `select u.id,
        (select m.organization_id from organization_memberships m where m.user_id = u.id and m.is_primary and m.left_at is null) as organization_id,
        exists (select 1 from guardianships g where g.child_id = u.id and g.parent_id = :user and g.status = 'active' and g.deleted_at is null) as guardian,
        exists (
          with recursive above(id, depth) as (
            select p.manager_id, 1 from user_profiles p where p.user_id = u.id
            union all select p.manager_id, above.depth + 1 from user_profiles p join above on p.user_id = above.id where above.depth < 20
          ) select 1 from above where above.id = :user) as manager
      from users u where u.id = any(:ids::uuid[])`,
    read: ({ id, guardian, manager }, userId) => ({
      contexts: [],
      relations: [
        ...(id === userId ? (['user.self'] as const) : []),
        ...(guardian ? (['user.guardian'] as const) : []),
        ...(manager && id !== userId ? (['user.manager'] as const) : []),
      ],
    }),
  });
}
