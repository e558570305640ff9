import type { Area, AreaDeps } from '../deps.ts';

/** Keys with which programs act for a person. */
export function createApiKeys(_deps: AreaDeps): Area {
  return { routes: [] };
}
