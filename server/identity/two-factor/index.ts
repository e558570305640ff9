import type { Area, AreaDeps } from '../deps.ts';
import { sweepMfaChallenges } from './two-factor.repository.ts';
import { bindRoutes } from './two-factor.routes.ts';
import { TwoFactorService } from './two-factor.service.ts';

/** The second factor: TOTP and recovery codes. */
export function createTwoFactor(deps: AreaDeps): Area {
  return {
    routes: bindRoutes(deps, new TwoFactorService(deps)),
    sweep: () => sweepMfaChallenges(deps.db.em(), deps.clock.now()),
  };
}
