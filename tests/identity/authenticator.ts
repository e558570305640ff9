import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** What differs from an honest answer. */
export interface Twist {
  origin?: string;
  rpId?: string;
  challenge?: string;
  userVerified?: boolean;
  /** The signature counter; by default it grows by one. */
  counter?: number;
  userHandle?: string;
  type?: string;
}

interface CreationOptions {
  challenge: string;
  rp: { id: string };
  user: { id: string };
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const base64url = (data: Buffer | Uint8Array): string => Buffer.from(data).toString('base64url');

/** An authenticator in software with one discoverable ES256 credential (WebAuthn Level 3, sections 6.1 and 6.5). */
export class Authenticator {
  readonly credentialId = randomBytes(16);
  readonly #origin: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: Map<number, number | Uint8Array>;
  #counter = 0;
  #userHandle = '';

  constructor(origin: string) {
    this.#origin = origin;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#privateKey = privateKey;
    // COSE: EC2, ES256, P-256.
    this.#publicKey = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
      [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
    ]);
  }

  /** The answer to `navigator.credentials.create`. */
  create(options: unknown, twist: Twist = {}) {
    const { challenge, rp, user } = options as CreationOptions;
    this.#userHandle = user.id;
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.credentialId.length);
    const attested = Buffer.concat([
      Buffer.alloc(16),
      length,
      this.credentialId,
      isoCBOR.encode(this.#publicKey),
    ]);
    const authData = new Uint8Array(Buffer.concat([this.#authenticatorData(rp.id, twist, 0x40), attested]));
    const attestation = new Map<string, string | Uint8Array | Map<string, string>>([
      ['fmt', 'none'],
      ['attStmt', new Map<string, string>()],
      ['authData', authData],
    ]);
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: base64url(this.#clientData('webauthn.create', challenge, twist)),
        attestationObject: base64url(isoCBOR.encode(attestation)),
        transports: ['internal'],
      },
    };
  }

  /** The answer to `navigator.credentials.get`. */
  get(options: unknown, twist: Twist = {}) {
    const { challenge, rpId } = options as { challenge: string; rpId: string };
    this.#counter = twist.counter ?? this.#counter + 1;
    const clientData = this.#clientData('webauthn.get', challenge, twist);
    const authenticatorData = this.#authenticatorData(rpId, twist, 0);
    const signature = createSign('sha256')
      .update(Buffer.concat([authenticatorData, sha256(clientData)]))
      .sign(this.#privateKey);
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(authenticatorData),
        signature: base64url(signature),
        userHandle: twist.userHandle ?? this.#userHandle,
      },
    };
  }

  #envelope() {
    const id = base64url(this.credentialId);
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {} };
  }

  #clientData(type: string, challenge: string, twist: Twist): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: twist.type ?? type,
        challenge: twist.challenge ?? challenge,
        origin: twist.origin ?? this.#origin,
        crossOrigin: false,
      }),
    );
  }

  #authenticatorData(rpId: string, twist: Twist, extra: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(twist.counter ?? this.#counter);
    const present = 0x01;
    const verified = twist.userVerified === false ? 0 : 0x04;
    return Buffer.concat([sha256(twist.rpId ?? rpId), Buffer.of(present | verified | extra), counter]);
  }
}
