import type { Area, AreaDeps } from '../deps.ts';
import { bindRoutes } from './oidc.routes.ts';
import { OidcService } from './oidc.service.ts';
import { createProviders } from './providers.ts';
import { createRequestCookie } from './request-cookie.ts';
import { SignInMethodService } from './sign-in-methods.service.ts';

/** Signing in with OpenID Connect, and the ways somebody can sign in. */
export function createOidc(deps: AreaDeps): Area {
  const providers = createProviders(deps);
  return {
    routes: bindRoutes(deps, {
      oidc: new OidcService(deps, providers),
      methods: new SignInMethodService(deps, providers),
      cookie: createRequestCookie(deps.secureCookies),
    }),
  };
}
