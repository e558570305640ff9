import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../../kernel/db/columns.ts';

const RoleSchema = defineEntity({
  name: 'Role',
  tableName: 'roles',
  properties: {
    id: columns.id(),
    organizationId: p.uuid().nullable(),
    name: p.text(),
    slug: p.text(),
    description: p.text().nullable(),
    type: p.enum(['system', 'organization', 'course', 'custom'] as const).default('custom'),
    level: p.integer().default(0),
    parentRoleId: p.uuid().nullable(),
    isDefault: p.boolean().default(false),
    isSystem: p.boolean().default(false),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** A role of the system, of an organization or of a course. */
export class Role extends RoleSchema.class {}
RoleSchema.setClass(Role);
