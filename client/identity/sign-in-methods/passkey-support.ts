import { WebAuthnError, browserSupportsWebAuthn } from '@simplewebauthn/browser';

/** Why passkeys are not to be had here; null: they are. A passkey belongs to a name, never to a bare address. */
export function passkeyObstacle(): 'browser' | 'address' | null {
  if (/^[\d.]+$|^\[/.test(window.location.hostname)) return 'address';
  return browserSupportsWebAuthn() ? null : 'browser';
}

/** What went wrong at the device, as a text of `ceremony`; null where it was not the device. */
export function ceremonyProblem(error: unknown): 'cancelled' | 'known' | 'unsupported' | 'failed' | null {
  if (error instanceof WebAuthnError) {
    if (error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return 'known';
    if (error.code.startsWith('ERROR_AUTHENTICATOR_MISSING')) return 'unsupported';
    return wasCancelled(error) ? 'cancelled' : 'failed';
  }
  return error instanceof DOMException ? 'cancelled' : null;
}

const wasCancelled = ({ cause, code }: WebAuthnError): boolean =>
  code === 'ERROR_CEREMONY_ABORTED' || (cause instanceof Error && cause.name === 'NotAllowedError');

/** The kind of device this is, as a text of `device`: a first guess at a passkey's name. */
export function deviceKind(userAgent: string) {
  const kinds = [
    ['iphone', /iPhone/],
    ['ipad', /iPad/],
    ['android', /Android/],
    ['chromebook', /CrOS/],
    ['mac', /Macintosh/],
    ['windows', /Windows/],
  ] as const;
  return kinds.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? 'other';
}
