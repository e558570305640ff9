import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../kernel/db/columns.ts';
import { Role } from './role.entity.ts';

const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  properties: {
    id: columns.id(),
    code: p.text(),
    primaryRole: () => p.manyToOne(Role),
    username: p.text().nullable(),
    email: p.text().nullable(),
    phone: p.text().nullable(),
    emailVerifiedAt: columns.instant().nullable(),
    passwordHash: p.text().nullable().hidden().lazy(),
    passwordChangedAt: columns.instant().nullable(),
    firstName: p.text(),
    lastName: p.text().default(''),
    displayName: p.text(),
    avatarUrl: p.text().nullable(),
    timezone: p.text().default('UTC'),
    locale: p.text().default('en'),
    status: p
      .enum(['pending_verification', 'active', 'inactive', 'suspended'] as const)
      .default('pending_verification'),
    suspendedUntil: columns.instant().nullable(),
    failedLoginAttempts: p.integer().default(0),
    lockedUntil: columns.instant().nullable(),
    lastLoginAt: columns.instant().nullable(),
    lastActivityAt: columns.instant().nullable(),
    tokenVersion: p.integer().default(0),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** An account of any kind. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);
