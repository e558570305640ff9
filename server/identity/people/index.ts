import type { Area, AreaDeps } from '../deps.ts';

/** The people of an organization, for those who look after them. */
export function createPeople(_deps: AreaDeps): Area {
  return { routes: [] };
}
