import type { Area, AreaDeps } from '../deps.ts';
import { sweepChallenges } from './challenges.ts';
import { bindRoutes } from './passkeys.routes.ts';
import { PasskeyService } from './passkeys.service.ts';

/** Passkeys (WebAuthn). */
export function createPasskeys(deps: AreaDeps): Area {
  return {
    routes: bindRoutes(deps, new PasskeyService(deps)),
    sweep: () => sweepChallenges(deps.db.em(), deps.clock.now()),
  };
}
