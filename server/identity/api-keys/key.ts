import { randomBytes } from 'node:crypto';
import { apiKeyPrefix } from '../../../shared/identity/api-keys.ts';
import { hashSecret, newSecret } from '../../kernel/secrets.ts';

/** A new key, `lk_<prefix>_<secret>`: what is shown of it later, and the hash that is stored of the whole. */
export function newKey(): { key: string; prefix: string; hash: Buffer } {
  const prefix = `${apiKeyPrefix}${randomBytes(4).toString('hex')}`;
  const { secret, hash } = newSecret(`${prefix}_`);
  return { key: secret, prefix, hash };
}

/** Whether a bearer token is meant to be an API key. */
export const looksLikeKey = (token: string): boolean => token.startsWith(apiKeyPrefix);

export const keyHash = (key: string): Buffer => hashSecret(key);
