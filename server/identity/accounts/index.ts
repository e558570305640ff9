import type { Area, AreaDeps } from '../deps.ts';

/** Accounts: registration, verification, passwords, profiles. */
export function createAccounts(_deps: AreaDeps): Area {
  return { routes: [] };
}
