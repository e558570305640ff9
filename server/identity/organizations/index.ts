import type { Area, AreaDeps } from '../deps.ts';

/** Organizations, their tree, memberships and invitations. */
export function createOrganizations(_deps: AreaDeps): Area {
  return { routes: [] };
}
