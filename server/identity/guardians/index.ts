import type { Area, AreaDeps } from '../deps.ts';

/** Parents and their children. */
export function createGuardians(_deps: AreaDeps): Area {
  return { routes: [] };
}
