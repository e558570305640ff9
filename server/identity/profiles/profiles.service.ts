import type { PersonProfileView } from '../../../shared/identity/profiles.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { AreaDeps } from '../deps.ts';
import type { InterestService } from './interests.service.ts';
import { lookAt } from './look-at.ts';
import { presentPersonProfile } from './profiles.presenter.ts';

/** Other people's profiles. */
export class PersonProfileService {
  readonly #deps: AreaDeps;
  readonly #interests: InterestService;

  constructor(deps: AreaDeps, interests: InterestService) {
    this.#deps = deps;
    this.#interests = interests;
  }

  /** @throws AppError not_found also where there is such a person who does not show themselves to the caller */
  async get(actor: UserActor, userId: string): Promise<PersonProfileView> {
    const em = this.#deps.db.em();
    const { row, audience, reach } = await lookAt(this.#deps, em, actor, userId);
    const interests = await this.#interests.shown(em, reach, row.interests ?? []);
    return presentPersonProfile(row, audience, interests);
  }
}
