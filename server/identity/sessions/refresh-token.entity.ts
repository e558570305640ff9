import { defineEntity, p } from '@mikro-orm/core';
import { columns } from '../../kernel/db/columns.ts';
import { AuthSession } from './auth-session.entity.ts';

const RefreshTokenSchema = defineEntity({
  name: 'RefreshToken',
  tableName: 'refresh_tokens',
  properties: {
    id: columns.id(),
    session: () => p.manyToOne(AuthSession),
    /** SHA-256; the token itself is nowhere but in the browser's cookie. */
    tokenHash: p.blob().hidden(),
    expiresAt: columns.instant(),
    usedAt: columns.instant().nullable(),
    replacedById: p.uuid().nullable(),
    revokedAt: columns.instant().nullable(),
    createdAt: columns.created(),
  },
});

/** One link of a session's chain of refresh tokens: at most one is neither used nor revoked. */
export class RefreshToken extends RefreshTokenSchema.class {}
RefreshTokenSchema.setClass(RefreshToken);
