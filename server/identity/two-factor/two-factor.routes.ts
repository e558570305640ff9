import { twoFactorRoutes } from '../../../shared/identity/two-factor.ts';
import type { SignedInView } from '../../../shared/identity/contract.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { AreaDeps } from '../deps.ts';
import { clientOf } from '../sign-in/client.ts';
import type { TwoFactorService } from './two-factor.service.ts';

/** The REST edge of the second factor. */
export function bindRoutes(deps: AreaDeps, twoFactor: TwoFactorService): BoundRoute[] {
  return [
    route(
      twoFactorRoutes.answer,
      async ({ body, req, res }) =>
        (await deps.respond(res, await twoFactor.answer(body, clientOf(req)))) as SignedInView,
    ),
    route(twoFactorRoutes.get, ({ actor }) => twoFactor.get(actor)),
    route(twoFactorRoutes.begin, ({ actor }) => twoFactor.begin(actor)),
    route(twoFactorRoutes.confirm, ({ actor, body }) => twoFactor.confirm(actor, body.code)),
    route(twoFactorRoutes.disable, ({ actor, body }) => twoFactor.disable(actor, body.code)),
    route(twoFactorRoutes.renewRecoveryCodes, ({ actor }) => twoFactor.renewRecoveryCodes(actor)),
    route(twoFactorRoutes.stepUp, ({ actor, body }) => twoFactor.stepUp(actor, body)),
  ];
}
