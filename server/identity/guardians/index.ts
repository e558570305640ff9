import type { Area, AreaDeps } from '../deps.ts';
import { bindRoutes } from './guardians.routes.ts';
import { GuardianService } from './guardians.service.ts';

/** Parents and children: links with consent, and the read-only view they open. */
export function createGuardians(deps: AreaDeps): Area {
  return { routes: bindRoutes(new GuardianService(deps)) };
}
