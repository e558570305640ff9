import { z } from 'zod';
import type { Secrets } from '../../kernel/secrets.ts';

/** A request at a provider that somebody has begun. Sealed: with the code from a log, the verifier would be a sign-in. */
export const pendingRequest = z.object({
  providerId: z.string(),
  redirectUri: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  rememberMe: z.boolean(),
  next: z.string().nullable(),
  /** The sign-in that adds a provider to its account; null: somebody signs in. */
  linkFor: z.object({ userId: z.string(), authSessionId: z.string() }).nullable(),
});
export type PendingRequest = z.infer<typeof pendingRequest>;

const about = (challengeId: string): string => `auth_challenges.data:${challengeId}`;

/** `auth_challenges.data` of purpose `oidc`. */
export function sealRequest(
  secrets: Secrets,
  challengeId: string,
  request: PendingRequest,
): { sealed: string } {
  return { sealed: secrets.seal(about(challengeId), JSON.stringify(request)).toString('base64') };
}

export function openRequest(
  secrets: Secrets,
  challengeId: string,
  data: Record<string, unknown>,
): PendingRequest {
  const sealed = Buffer.from(z.string().parse(data['sealed']), 'base64');
  return pendingRequest.parse(JSON.parse(secrets.open(about(challengeId), sealed).toString()));
}
