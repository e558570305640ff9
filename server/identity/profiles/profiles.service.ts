import type { PersonProfileView } from '../../../shared/identity/profiles.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { AreaDeps } from '../deps.ts';
import { lookAt } from './look-at.ts';
import { presentPersonProfile } from './profiles.presenter.ts';

/** Other people's profiles. */
export class PersonProfileService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** @throws AppError not_found also where there is such a person who does not show themselves to the caller */
  async get(actor: UserActor, userId: string): Promise<PersonProfileView> {
    const { row, audience } = await lookAt(this.#deps, this.#deps.db.em(), actor, userId);
    return presentPersonProfile(row, audience);
  }
}
