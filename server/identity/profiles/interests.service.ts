import type { EntityManager } from '@mikro-orm/postgresql';
import type { Interest, InterestsView, InterestView } from '../../../shared/identity/profiles.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { interestsOf, lockInterests, replaceInterests } from './interests.repository.ts';
import type { InterestRow } from './interests.repository.ts';
import { reachOf } from './visibility.ts';
import type { Reach } from './visibility.ts';

/** What there is to be interested in besides words of one's own: categories of courses, of which identity knows none. */
export interface CategoryDoor {
  /** Keeps categories as they are until the transaction ends. Taken before anything else is locked. */
  hold(em: EntityManager): Promise<void>;
  /** Names, by id, of those of some categories that are offered in any of some organizations. */
  namesOfOffered(
    em: EntityManager,
    organizationIds: readonly string[],
    categoryIds: readonly string[],
  ): Promise<Map<string, string>>;
}

/** What people want to learn, for the feature that has the categories. */
export interface Interests {
  /** Tells what categories there are. */
  openCategories(door: CategoryDoor): void;
}

/** What somebody wants to learn. */
export class InterestService implements Interests {
  readonly #deps: AreaDeps;
  #categories: CategoryDoor | null = null;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  openCategories(door: CategoryDoor): void {
    this.#categories = door;
  }

  async get(actor: UserActor): Promise<InterestsView> {
    const em = this.#deps.db.em();
    const reach = await reachOf(em, actor.userId);
    return { interests: await this.shown(em, reach, await interestsOf(em, actor.userId)) };
  }

  /** Of some interests those that somebody may see who belongs there: categories of other organizations are left out. */
  async shown(
    em: EntityManager,
    { organizationIds }: Reach,
    interests: readonly InterestRow[],
  ): Promise<InterestView[]> {
    const ids = interests.flatMap(({ category_id: id }) => (id === null ? [] : [id]));
    const names = await this.#door.namesOfOffered(em, organizationIds, ids);
    return interests.flatMap(({ name: word, category_id: categoryId }) => {
      const name = categoryId === null ? word : names.get(categoryId);
      return name ? [{ name, categoryId }] : [];
    });
  }

  /** @throws AppError not_found for a category that is not offered where the person belongs */
  async set(actor: UserActor, interests: readonly Interest[]): Promise<InterestsView> {
    const { db, clock, audit } = this.#deps;
    const ids = interests.flatMap((one) => ('name' in one ? [] : [one.categoryId]));
    await db.transaction(async (tx) => {
      await this.#door.hold(tx.em);
      await lockInterests(tx.em, actor.userId);
      const { organizationIds } = await reachOf(tx.em, actor.userId);
      const offered = await this.#door.namesOfOffered(tx.em, organizationIds, ids);
      if (offered.size < ids.length) throw new AppError('not_found');
      const before = (await interestsOf(tx.em, actor.userId)).map(storedInterest);
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

  get #door(): CategoryDoor {
    if (!this.#categories) throw new Error('nobody knows any category');
    return this.#categories;
  }
}

const storedInterest = ({ name, category_id: categoryId }: InterestRow): Interest =>
  categoryId === null ? { name: name ?? '' } : { categoryId };
