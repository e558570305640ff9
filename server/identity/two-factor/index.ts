import type { Area, AreaDeps } from '../deps.ts';

/** The second factor: TOTP and recovery codes. */
export function createTwoFactor(_deps: AreaDeps): Area {
  return { routes: [] };
}
