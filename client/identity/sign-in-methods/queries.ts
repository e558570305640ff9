import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { SignInReply } from '../../../shared/identity/contract.ts';
import { oidcRoutes } from '../../../shared/identity/oidc.ts';
import { passkeyRoutes } from '../../../shared/identity/passkeys.ts';
import { signInMethodRoutes } from '../../../shared/identity/sign-in-methods.ts';
import { api } from '../../kernel/api.ts';

export const mySignInMethods = queryOptions({
  queryKey: ['sign-in-methods'],
  queryFn: ({ signal }) => api.call(signInMethodRoutes.get, { signal }),
});

export const oidcProviders = queryOptions({
  queryKey: ['oidc-providers'],
  queryFn: ({ signal }) => api.call(oidcRoutes.providers, { signal }),
  staleTime: Infinity,
});

/** A change to the ways to sign in, after which they are looked at again. */
export function useMethodMutation<Input, Result>(change: (input: Input) => Promise<Result>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: mySignInMethods.queryKey }),
  });
}

/** Asks the device for a new passkey and stores it. */
export async function addPasskey(name: string) {
  const { challengeId, options } = await api.call(passkeyRoutes.registrationOptions);
  // The server's library makes them and the browser's library reads them; the contract in between passes them on.
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const response = await startRegistration({ optionsJSON });
  return api.call(passkeyRoutes.register, {
    body: { challengeId, name, response: { ...response, clientExtensionResults: {} } },
  });
}

/**
 * Signs in with a passkey; `autofill` waits until one is chosen in the list below the e-mail field. The page holds one
 * ceremony at a time and a new one ends the one before: after `signal` none is begun.
 */
export async function signInWithPasskey(input: {
  autofill: boolean;
  rememberMe: boolean;
  signal?: AbortSignal;
}): Promise<SignInReply> {
  const { challengeId, options } = await api.call(passkeyRoutes.signInOptions, { signal: input.signal });
  input.signal?.throwIfAborted();
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const response = await startAuthentication({ optionsJSON, useBrowserAutofill: input.autofill });
  return api.call(passkeyRoutes.signIn, {
    body: {
      challengeId,
      rememberMe: input.rememberMe,
      response: { ...response, clientExtensionResults: {} },
    },
  });
}
