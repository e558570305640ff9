import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../../kernel/db/columns.ts';
import { Role } from '../access/role.entity.ts';

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
    phoneVerifiedAt: columns.instant().nullable(),
    passwordHash: p.text().nullable().hidden().lazy(),
    passwordChangedAt: columns.instant().nullable(),
    mustChangePassword: p.boolean().default(false),
    firstName: p.text(),
    lastName: p.text().default(''),
    middleName: p.text().nullable(),
    displayName: p.text(),
    avatarUrl: p.text().nullable(),
    avatarFileId: p.uuid().nullable(),
    timezone: p.text().default('UTC'),
    locale: p.text().default('en'),
    status: p
      .enum(['pending_verification', 'active', 'inactive', 'suspended'] as const)
      .default('pending_verification'),
    suspendedUntil: columns.instant().nullable(),
    suspensionReason: p.text().nullable(),
    failedLoginAttempts: p.integer().default(0),
    lockedUntil: columns.instant().nullable(),
    lastLoginAt: columns.instant().nullable(),
    lastActivityAt: columns.instant().nullable(),
    twoFactorEnabled: p.boolean().default(false),
    twoFactorSecretEnc: p.blob().nullable().hidden().lazy(),
    twoFactorConfirmedAt: columns.instant().nullable(),
    /** Last accepted TOTP step: a code works once. */
    twoFactorLastStep: p.bigint('number').nullable(),
    tokenVersion: p.integer().default(0),
    anonymizedAt: columns.instant().nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** An account of any kind. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);
