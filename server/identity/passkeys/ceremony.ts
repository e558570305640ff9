import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { AuthenticationResponse, RegistrationResponse } from '../../../shared/identity/passkeys.ts';

/** EdDSA, ES256 and RS256 (COSE): what authenticators have. */
export const algorithms = [-8, -7, -257];

/** What a challenge expects of the answer to it. */
export interface Expected {
  challenge: string;
  origin: string;
  rpId: string;
}

export interface NewCredential {
  credentialId: Buffer;
  publicKey: Buffer;
  counter: number;
  deviceType: 'singleDevice' | 'multiDevice';
  backedUp: boolean;
}

const exactly = (buffer: Buffer): Uint8Array<ArrayBuffer> => Uint8Array.from(buffer);

/** The credential in the answer to a registration; null where anything about the answer is wrong. */
export async function verifyRegistration(
  response: RegistrationResponse,
  expected: Expected,
): Promise<NewCredential | null> {
  const { registrationInfo } = await refusedIfThrown(() =>
    verifyRegistrationResponse({
      response: {
        id: response.id,
        rawId: response.rawId,
        type: response.type,
        response: {
          clientDataJSON: response.response.clientDataJSON,
          attestationObject: response.response.attestationObject,
        },
        clientExtensionResults: {},
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    }),
  );
  if (!registrationInfo) return null;
  const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
  return {
    credentialId: Buffer.from(credential.id, 'base64url'),
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    deviceType: credentialDeviceType,
    backedUp: credentialBackedUp,
  };
}

/**
 * The new counter from the answer to a sign-in; null where anything about the answer is wrong. A counter that has not
 * grown is wrong too, unless the authenticator keeps none: it means that there is a copy of the key.
 */
export async function verifyAuthentication(
  response: AuthenticationResponse,
  expected: Expected,
  stored: { publicKey: Buffer; counter: number },
): Promise<{ counter: number; backedUp: boolean } | null> {
  const { verified, authenticationInfo } = await refusedIfThrown(() =>
    verifyAuthenticationResponse({
      response: {
        id: response.id,
        rawId: response.rawId,
        type: response.type,
        response: {
          clientDataJSON: response.response.clientDataJSON,
          authenticatorData: response.response.authenticatorData,
          signature: response.response.signature,
        },
        clientExtensionResults: {},
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: expected.origin,
      expectedRPID: expected.rpId,
      requireUserVerification: true,
      credential: { id: response.id, publicKey: exactly(stored.publicKey), counter: stored.counter },
    }),
  );
  if (!verified || !authenticationInfo) return null;
  return { counter: authenticationInfo.newCounter, backedUp: authenticationInfo.credentialBackedUp };
}

interface Refused {
  verified: false;
  registrationInfo?: undefined;
  authenticationInfo?: undefined;
}

// The library throws for every answer that does not fit; what came from outside is never a defect of ours.
async function refusedIfThrown<T>(verify: () => Promise<T>): Promise<T | Refused> {
  try {
    return await verify();
  } catch {
    return { verified: false };
  }
}
