import type { Area, AreaDeps } from '../deps.ts';

/** A person's own data: picture, export, deactivation, erasure. */
export function createPrivacy(_deps: AreaDeps): Area {
  return { routes: [] };
}
