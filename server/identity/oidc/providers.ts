import {
  ClientSecretBasic,
  ClientSecretPost,
  None,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from 'openid-client';
import type { ClientAuth, Configuration } from 'openid-client';
import type { OidcProviderView } from '../../../shared/identity/oidc.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OidcProvider } from '../../kernel/config.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { appleClientSecret } from './apple-secret.ts';
import { isIssuerOf, profileOf } from './profile.ts';
import type { Profile } from './profile.ts';

const known = {
  google: { name: 'Google', issuer: 'https://accounts.google.com' },
  microsoft: { name: 'Microsoft', issuer: 'https://login.microsoftonline.com/common/v2.0' },
  apple: { name: 'Apple', issuer: 'https://appleid.apple.com' },
  oidc: { name: 'OpenID Connect', issuer: undefined },
} as const;

/** What a request sends along and its answer is checked against. All of it stays on the server. */
export interface RequestSecrets {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** The configured providers. */
export interface Providers {
  all: readonly OidcProvider[];
  views(): OidcProviderView[];
  /** @throws AppError not_found */
  get(id: string): OidcProvider;
  /** The address at the provider. @throws AppError provider_failed */
  requestUrl(provider: OidcProvider, redirectUri: string, secrets: RequestSecrets): Promise<string>;
  /**
   * Exchanges the code and checks everything: state, nonce, PKCE, signature, issuer, audience, time.
   * @throws AppError provider_failed
   */
  exchange(provider: OidcProvider, callback: URL, secrets: RequestSecrets): Promise<Profile>;
}

const timeoutSeconds = 8;
const discoveryMs = 3_600_000;

/** How a provider is shown: its configured name, else the well-known one. */
export const providerName = (provider: OidcProvider): string => provider.name ?? known[provider.type].name;

export const issuerOf = (provider: OidcProvider): string =>
  provider.issuer ?? known[provider.type].issuer ?? '';

/**
 * Providers by configuration. Nothing is asked of them before somebody wants to sign in; what their discovery says is kept
 * for an hour.
 */
export function createProviders(deps: {
  config: { OIDC_PROVIDERS?: OidcProvider[]; production: boolean };
  clock: Clock;
  log: Logger;
}): Providers {
  const all = deps.config.OIDC_PROVIDERS ?? [];
  const discovered = new Map<string, { until: number; configuration: Promise<Configuration> }>();

  function connect(provider: OidcProvider): Promise<Configuration> {
    const now = deps.clock.now().getTime();
    const kept = discovered.get(provider.id);
    if (kept && kept.until > now) return kept.configuration;
    const configuration = discover(provider, deps);
    discovered.set(provider.id, { until: now + discoveryMs, configuration });
    // A provider that was down is asked anew the next time.
    configuration.catch(() => discovered.delete(provider.id));
    return configuration;
  }

  async function orFailed<T>(provider: OidcProvider, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { code, name } = error as { code?: unknown; name?: unknown };
      deps.log.warn({ provider: provider.id, code, name }, 'a sign-in provider did not answer as it should');
      throw new AppError('provider_failed', undefined, { cause: error });
    }
  }

  return {
    all,
    views: () =>
      all.map((provider) => ({ id: provider.id, name: providerName(provider), type: provider.type })),
    get(id) {
      const provider = all.find((one) => one.id === id);
      if (!provider) throw new AppError('not_found');
      return provider;
    },
    requestUrl: (provider, redirectUri, secrets) =>
      orFailed(provider, async () => {
        const url = buildAuthorizationUrl(await connect(provider), {
          redirect_uri: redirectUri,
          // Apple tells names only in its form, unsigned, and never twice.
          scope: provider.type === 'apple' ? 'openid email' : 'openid email profile',
          state: secrets.state,
          nonce: secrets.nonce,
          code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
          code_challenge_method: 'S256',
          // Apple refuses to put the answer into the address when it is asked for an e-mail address.
          ...(provider.type === 'apple' ? { response_mode: 'form_post' } : {}),
        });
        return url.href;
      }),
    exchange: (provider, callback, secrets) =>
      orFailed(provider, async () => {
        const configuration = await connect(provider);
        const tokens = await authorizationCodeGrant(configuration, callback, {
          expectedState: secrets.state,
          expectedNonce: secrets.nonce,
          pkceCodeVerifier: secrets.codeVerifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        const { issuer, userinfo_endpoint: userinfo } = configuration.serverMetadata();
        if (!claims || !isIssuerOf(claims, issuer)) throw new Error('the ID token is of another issuer');
        const more =
          claims['email'] === undefined && userinfo
            ? await fetchUserInfo(configuration, tokens.access_token, claims.sub)
            : {};
        const profile = profileOf({ ...more, ...claims }, provider);
        if (!profile) throw new Error('the ID token names nobody');
        return profile;
      }),
  };
}

function discover(
  provider: OidcProvider,
  { config, clock }: { config: { production: boolean }; clock: Clock },
): Promise<Configuration> {
  const issuer = new URL(issuerOf(provider));
  // A provider on the same machine, for development and tests.
  const insecure = issuer.protocol === 'http:' && !config.production;
  return discovery(issuer, provider.clientId, undefined, clientAuth(provider, clock), {
    timeout: timeoutSeconds,
    // Without it the signature would be taken on trust, since the token comes from the issuer itself.
    execute: [enableNonRepudiationChecks, ...(insecure ? [allowInsecureRequests] : [])],
  });
}

/** How the server proves to the provider that it is the client; Basic unless the provider takes it in the body alone. */
function clientAuth(provider: OidcProvider, clock: Clock): ClientAuth {
  const { apple, clientSecret } = provider;
  return (as, client, body, headers) => {
    if (apple) {
      const secret = appleClientSecret(apple, provider.clientId, clock.now());
      return ClientSecretPost(secret)(as, client, body, headers);
    }
    if (!clientSecret) return None()(as, client, body, headers);
    const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const how = methods.includes('client_secret_basic') ? ClientSecretBasic : ClientSecretPost;
    return how(clientSecret)(as, client, body, headers);
  };
}
