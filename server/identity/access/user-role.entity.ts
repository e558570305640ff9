import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../../kernel/db/columns.ts';
import { Role } from './role.entity.ts';
import { User } from '../accounts/user.entity.ts';

const contexts = [
  'course',
  'forum',
  'live_session',
  'assessment',
  'assessment_sitting',
  'learning_path',
] as const;

const UserRoleSchema = defineEntity({
  name: 'UserRole',
  tableName: 'user_roles',
  properties: {
    id: columns.id(),
    user: () => p.manyToOne(User),
    role: () => p.manyToOne(Role),
    organizationId: p.uuid().nullable(),
    contextType: p.enum(contexts).nullable(),
    contextId: p.uuid().nullable(),
    assignedBy: p.uuid().nullable(),
    assignedAt: columns.created(),
    expiresAt: columns.instant().nullable(),
    revokedAt: columns.instant().nullable(),
    revokedBy: p.uuid().nullable(),
    revokeReason: p.text().nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
  },
});

/** A role given to somebody: everywhere, in an organization, or in one course or class. */
export class UserRole extends UserRoleSchema.class {}
UserRoleSchema.setClass(UserRole);
