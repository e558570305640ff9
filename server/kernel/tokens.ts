import jwt from 'jsonwebtoken';
import type { Clock } from './clock.ts';
import type { SigningKey } from './config.ts';
import { AppError } from './errors.ts';

/** What a token is for; one made for one thing is worth nothing for another. */
export type Audience = 'access' | 'note' | 'file';

export interface Tokens {
  sign(audience: Audience, claims: object, ttlSeconds: number): { token: string; expiresAt: Date };
  /** @throws AppError token_expired, token_invalid */
  verify<T extends object>(audience: Audience, token: string): T;
}

const algorithm = 'HS256';
const issuer = 'lectern';

/**
 * Signed tokens (JWT, RFC 7519). The first key signs; every key verifies, found by `kid`, so that a key is rotated by
 * putting a new one in front and taking the old one away when its last token has expired.
 */
export function createTokens(keys: readonly SigningKey[], clock: Clock): Tokens {
  const byKid = new Map(keys.map((key) => [key.kid, key.secret]));
  const [current] = keys;
  if (!current) throw new Error('no signing key');
  const seconds = () => Math.floor(clock.now().getTime() / 1000);

  return {
    sign(audience, claims, ttlSeconds) {
      const iat = seconds();
      const exp = iat + ttlSeconds;
      const token = jwt.sign({ ...claims, iat, exp }, current.secret, {
        algorithm,
        issuer,
        audience,
        keyid: current.kid,
      });
      return { token, expiresAt: new Date(exp * 1000) };
    },
    verify<T extends object>(audience: Audience, token: string): T {
      const kid = jwt.decode(token, { complete: true })?.header.kid;
      const secret = kid === undefined ? undefined : byKid.get(kid);
      if (!secret) throw new AppError('token_invalid');
      try {
        return jwt.verify(token, secret, {
          algorithms: [algorithm],
          issuer,
          audience,
          clockTimestamp: seconds(),
        }) as T;
      } catch (error) {
        throw new AppError(
          error instanceof jwt.TokenExpiredError ? 'token_expired' : 'token_invalid',
          undefined,
          { cause: error },
        );
      }
    },
  };
}
