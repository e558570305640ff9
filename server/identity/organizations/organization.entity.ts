import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../../kernel/db/columns.ts';

const OrganizationSchema = defineEntity({
  name: 'Organization',
  tableName: 'organizations',
  properties: {
    id: columns.id(),
    parentId: p.uuid().nullable(),
    name: p.text(),
    slug: p.text(),
    description: p.text().nullable(),
    type: p.enum(['company', 'division', 'department', 'team', 'group'] as const).default('company'),
    timezone: p.text().default('UTC'),
    locale: p.text().default('en'),
    status: p.enum(['active', 'inactive', 'suspended'] as const).default('active'),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** A tenant, or a part of one. */
export class Organization extends OrganizationSchema.class {}
OrganizationSchema.setClass(Organization);
