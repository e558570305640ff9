import type { InterestsView } from '../../../shared/identity/profiles.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { AreaDeps } from '../deps.ts';
import { interestsOf, lockInterests, replaceInterests } from './interests.repository.ts';

/** What somebody wants to learn. */
export class InterestService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async get(actor: UserActor): Promise<InterestsView> {
    return { interests: await interestsOf(this.#deps.db.em(), actor.userId) };
  }

  async set(actor: UserActor, interests: string[]): Promise<InterestsView> {
    const { db, clock, audit } = this.#deps;
    await db.transaction(async (tx) => {
      await lockInterests(tx.em, actor.userId);
      const before = await interestsOf(tx.em, actor.userId);
      if (JSON.stringify(before) === JSON.stringify(interests)) return;
      await replaceInterests(tx.em, actor.userId, interests, clock.now());
      audit.record(tx, {
        actor,
        action: 'user.interests_changed',
        category: 'data_change',
        severity: 'low',
        resourceType: 'user',
        resourceId: actor.userId,
        old: { interests: before },
        new: { interests },
      });
    });
    return this.get(actor);
  }
}
