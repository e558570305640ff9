import type { Area, AreaDeps } from '../deps.ts';
import { bindRoutes } from './access.routes.ts';
import { ExplorerService } from './explorer.service.ts';
import { GivingService } from './giving.service.ts';
import { RoleService } from './roles.service.ts';

/** Roles, permissions and who has them. */
export function createRoles(deps: AreaDeps): Area {
  return {
    routes: bindRoutes({
      roles: new RoleService(deps),
      giving: new GivingService(deps),
      explorer: new ExplorerService(deps),
    }),
  };
}
