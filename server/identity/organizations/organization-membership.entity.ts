import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../../kernel/db/columns.ts';
import { Organization } from './organization.entity.ts';
import { User } from '../accounts/user.entity.ts';

const OrganizationMembershipSchema = defineEntity({
  name: 'OrganizationMembership',
  tableName: 'organization_memberships',
  properties: {
    id: columns.id(),
    user: () => p.manyToOne(User),
    organization: () => p.manyToOne(Organization),
    role: p.enum(['member', 'manager', 'admin', 'owner'] as const).default('member'),
    title: p.text().nullable(),
    isPrimary: p.boolean().default(false),
    status: p.enum(['pending', 'active', 'inactive'] as const).default('active'),
    joinedAt: columns.created(),
    leftAt: columns.instant().nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
  },
});

/** Somebody in an organization. */
export class OrganizationMembership extends OrganizationMembershipSchema.class {}
OrganizationMembershipSchema.setClass(OrganizationMembership);
