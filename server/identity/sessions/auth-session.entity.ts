import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../../kernel/db/columns.ts';
import { User } from '../accounts/user.entity.ts';

export const revokeReasons = [
  'logout',
  'superseded',
  'expired',
  'password_changed',
  'permissions_changed',
  'suspended',
  'admin',
  'token_reuse',
] as const;
export type RevokeReason = (typeof revokeReasons)[number];

/** `auth_sessions.data` */
export interface SessionData {
  /** ISO 8601 */
  provenAt?: string;
}

const AuthSessionSchema = defineEntity({
  name: 'AuthSession',
  tableName: 'auth_sessions',
  properties: {
    id: columns.id(),
    user: () => p.manyToOne(User),
    activeOrganizationId: p.uuid().nullable(),
    isExclusive: p.boolean().default(true),
    rememberMe: p.boolean().default(false),
    ipAddress: p.string().columnType('inet').nullable(),
    userAgent: p.text().nullable(),
    deviceType: p.text().nullable(),
    browser: p.text().nullable(),
    platform: p.text().nullable(),
    isMobile: p.boolean().default(false),
    /** When the person last proved who they are: at the sign-in, or since (`step-up.ts`). */
    data: p.json<SessionData>(),
    mfaVerifiedAt: columns.instant().nullable(),
    lastActivityAt: columns.created(),
    expiresAt: columns.instant(),
    revokedAt: columns.instant().nullable(),
    revokedBy: p.uuid().nullable(),
    revokeReason: p.enum(revokeReasons).nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
  },
});

/** One signed-in device. */
export class AuthSession extends AuthSessionSchema.class {}
AuthSessionSchema.setClass(AuthSession);
