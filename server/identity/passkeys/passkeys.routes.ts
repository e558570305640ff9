import { passkeyRoutes } from '../../../shared/identity/passkeys.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { AreaDeps } from '../deps.ts';
import { clientOf } from '../sign-in/client.ts';
import type { PasskeyService } from './passkeys.service.ts';
import { siteOf } from './site.ts';

/** The REST edge of passkeys. */
export function bindRoutes(deps: AreaDeps, passkeys: PasskeyService): BoundRoute[] {
  const { PUBLIC_URL } = deps.config;
  return [
    route(passkeyRoutes.list, ({ actor }) => passkeys.list(actor)),
    route(passkeyRoutes.registrationOptions, ({ actor, req }) =>
      passkeys.beginRegistration(actor, siteOf(PUBLIC_URL, req)),
    ),
    route(passkeyRoutes.register, ({ actor, body }) => passkeys.register(actor, body)),
    route(passkeyRoutes.rename, ({ actor, params, body }) =>
      passkeys.rename(actor, params.passkeyId, body.name),
    ),
    route(passkeyRoutes.remove, ({ actor, params }) => passkeys.remove(actor, params.passkeyId)),
    route(passkeyRoutes.signInOptions, ({ req }) => passkeys.beginSignIn(siteOf(PUBLIC_URL, req))),
    route(passkeyRoutes.signIn, async ({ body, req, res }) =>
      deps.respond(res, await passkeys.signIn(body, clientOf(req))),
    ),
  ];
}
