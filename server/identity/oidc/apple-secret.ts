import jwt from 'jsonwebtoken';

/** Of an Apple developer account: who signs, and with what. */
export interface AppleKey {
  teamId: string;
  keyId: string;
  /** PKCS 8 in PEM. */
  privateKey: string;
}

const lifeSeconds = 300;

/**
 * Apple's client secret: a token that is signed with the team's key (ES256) and lives for five minutes.
 * https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
export function appleClientSecret(key: AppleKey, clientId: string, now: Date): string {
  const issuedAt = Math.floor(now.getTime() / 1000);
  return jwt.sign(
    {
      iss: key.teamId,
      sub: clientId,
      aud: 'https://appleid.apple.com',
      iat: issuedAt,
      exp: issuedAt + lifeSeconds,
    },
    key.privateKey,
    { algorithm: 'ES256', keyid: key.keyId },
  );
}
