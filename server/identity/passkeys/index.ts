import type { Area, AreaDeps } from '../deps.ts';

/** Passkeys (WebAuthn). */
export function createPasskeys(_deps: AreaDeps): Area {
  return { routes: [] };
}
