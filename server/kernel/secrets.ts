import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

/** A key with the number under which ciphertexts name it. */
export interface DataKey {
  /** 1 to 255 */
  id: number;
  /** 32 bytes */
  key: Buffer;
}

/** What the server keeps secret of its own accord: peppered hashes, and columns that are encrypted (`*_enc`). */
export interface Secrets {
  /** HMAC-SHA256 with the server's pepper: for short codes and links, which a bare hash would not hide. */
  pepper(purpose: string, value: string): Buffer;
  /** AES-256-GCM; `about` (table, row and column) is authenticated, so that a ciphertext cannot be moved elsewhere. */
  seal(about: string, plain: Buffer | string): Buffer;
  /** @throws Error when the key is gone or the bytes were made for something else */
  open(about: string, sealed: Buffer): Buffer;
}

const nonceBytes = 12;
const tagBytes = 16;

/** @param keys the first seals, all open: keys rotate by putting a new one in front */
export function createSecrets(options: { pepper: string; keys: readonly DataKey[] }): Secrets {
  const [current] = options.keys;
  if (!current) throw new Error('no data key');
  return {
    pepper: (purpose, value) => createHmac('sha256', options.pepper).update(`${purpose}\0${value}`).digest(),
    seal(about, plain) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(Buffer.from(about));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(current.id), nonce, cipher.getAuthTag(), body]);
    },
    open(about, sealed) {
      const key = options.keys.find(({ id }) => id === sealed[0]);
      if (!key) throw new Error('a value was sealed with a key that this server does not have');
      const nonce = sealed.subarray(1, 1 + nonceBytes);
      const tag = sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', key.key, nonce)
        .setAAD(Buffer.from(about))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(1 + nonceBytes + tagBytes)), decipher.final()]);
    },
  };
}

/** 256 random bits as text, and the hash that is stored of them. For what is too long to be guessed. */
export function newSecret(prefix = ''): { secret: string; hash: Buffer } {
  const secret = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashSecret(secret) };
}

/** SHA-256, as it is stored of secrets with at least 256 random bits. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();
