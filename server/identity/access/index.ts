import type { Area, AreaDeps } from '../deps.ts';

/** Roles, permissions and who has them. */
export function createRoles(_deps: AreaDeps): Area {
  return { routes: [] };
}
