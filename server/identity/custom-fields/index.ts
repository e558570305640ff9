import type { Area, AreaDeps } from '../deps.ts';
import { bindRoutes } from './custom-fields.routes.ts';
import { CustomFieldService } from './custom-fields.service.ts';

/** The fields that an organization adds to profiles. */
export function createCustomFields(deps: AreaDeps): Area {
  return { routes: bindRoutes(new CustomFieldService(deps)) };
}
