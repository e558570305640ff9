import type { AreaDeps } from '../deps.ts';
import type { Proofs } from '../proofs/index.ts';

/** What the services of this area share. */
export interface AccountsDeps extends AreaDeps {
  proofs: Proofs;
}
