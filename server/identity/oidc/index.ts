import type { Area, AreaDeps } from '../deps.ts';

/** Signing in with OpenID Connect, and the ways somebody can sign in. */
export function createOidc(_deps: AreaDeps): Area {
  return { routes: [] };
}
