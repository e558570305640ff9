import type { Access } from './access.ts';

/** How rights see an organization and a person: the subjects that identity itself owns. */
export function relateIdentitySubjects(access: Access): void {
  access.relate('organization', async (em, userId, id) => {
    const [row] = await em.execute<{ member: boolean }[]>(
      `select exists (select 1 from organization_memberships m where m.organization_id = o.id and m.user_id = ?
         and m.left_at is null and m.status = 'active') as member
       from organizations o where o.id = ? and o.deleted_at is null`,
      [userId, id],
    );
    if (!row) return null;
    return { organizationId: id, contexts: [], relations: row.member ? ['organization.member'] : [] };
  });

  // A person belongs to the organization that is their primary one: its administrators look after the account.
  access.relate('user', async (em, userId, id) => {
    const [row] = await em.execute<{ organization_id: string | null; guardian: boolean }[]>(
      `select (select m.organization_id from organization_memberships m where m.user_id = u.id and m.is_primary and m.left_at is null) as organization_id,
         exists (select 1 from guardianships g where g.child_id = u.id and g.parent_id = ? and g.status = 'active' and g.deleted_at is null) as guardian
       from users u where u.id = ?`,
      [userId, id],
    );
    if (!row) return null;
    const relations = [
      ...(userId === id ? (['user.self'] as const) : []),
      ...(row.guardian ? (['user.guardian'] as const) : []),
    ];
    return { organizationId: row.organization_id, contexts: [], relations };
  });
}
