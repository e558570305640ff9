import type { AssignmentView, GrantView, RoleView } from '../../../shared/identity/access.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import { iso, isoOrNull } from '../../../shared/kernel/time.ts';
import { effective } from './roles.policy.ts';
import type { AssignmentRow, GivenRow, GrantRow, RoleRow } from './roles.repository.ts';

export function presentRole(role: RoleRow, byId: ReadonlyMap<string, RoleRow>, holders: number): RoleView {
  return {
    id: role.id,
    name: role.name,
    slug: role.slug,
    description: role.description,
    type: role.type,
    level: role.level,
    isSystem: role.isSystem,
    parentRoleId: role.parentRoleId,
    holders,
    permissions: effective(role, byId).map(({ slug, granted, role: by }) => ({
      slug: slug as Permission,
      granted,
      inheritedFrom: by === role.slug ? null : by,
    })),
  };
}

const presentGiven = (row: GivenRow) => ({
  id: row.id,
  userId: row.userId,
  context: row.context,
  assignedAt: iso(new Date(row.assignedAt)),
  assignedBy: row.assignedBy,
  expiresAt: isoOrNull(row.expiresAt === null ? null : new Date(row.expiresAt)),
});

export const presentAssignment = (row: AssignmentRow): AssignmentView => ({
  ...presentGiven(row),
  role: row.role,
});

export const presentGrant = (row: GrantRow): GrantView => ({
  ...presentGiven(row),
  permission: row.permission,
  granted: row.granted,
});
