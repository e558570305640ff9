import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits as the cookie carries them, and the SHA-256 of them that is stored. */
export function newRefreshSecret(): { secret: string; hash: Buffer } {
  const secret = randomBytes(32).toString('base64url');
  return { secret, hash: hashRefreshSecret(secret) };
}

/** The stored form of a refresh token. A fast hash is enough: there are too many possible tokens to try. */
export function hashRefreshSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
