import { roleSlug } from '../../../shared/identity/contract.ts';
import { maxFollowing } from '../../../shared/identity/profiles.ts';
import type { FollowState, FollowView, FollowsQuery } from '../../../shared/identity/profiles.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import {
  countFollow,
  countsOf,
  deleteFollow,
  insertFollow,
  listFollows,
  lockCounts,
} from './follows.repository.ts';
import type { Direction, FollowRow } from './follows.repository.ts';
import { look, lookAt } from './look-at.ts';
import { momentAndId, readPlace, writePlace } from './place.ts';

/** Who follows whom. */
export class FollowService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** @throws AppError not_found, own_account, follow_limit */
  async follow(actor: UserActor, userId: string): Promise<FollowState> {
    const { db, clock, ids } = this.#deps;
    if (userId === actor.userId) throw new AppError('own_account');
    return db.transaction(async (tx) => {
      await lockCounts(tx.em, [actor.userId, userId]);
      await lookAt(this.#deps, tx.em, actor, userId);
      const follow = { id: ids.uuid(), followerId: actor.userId, followeeId: userId };
      if (await insertFollow(tx.em, follow, clock.now())) {
        const { following } = await countsOf(tx.em, actor.userId, userId);
        if (following >= maxFollowing) throw new AppError('follow_limit');
        await countFollow(tx.em, actor.userId, userId, 1);
        this.#audit(tx, actor, userId, 'user.followed');
      }
      return this.#state(tx, actor, userId, true);
    });
  }

  /**
   * Also of somebody who has hidden themselves since.
   * @throws AppError not_found, own_account
   */
  async unfollow(actor: UserActor, userId: string): Promise<FollowState> {
    if (userId === actor.userId) throw new AppError('own_account');
    return this.#deps.db.transaction(async (tx) => {
      await lockCounts(tx.em, [actor.userId, userId]);
      if (await deleteFollow(tx.em, actor.userId, userId)) {
        await countFollow(tx.em, actor.userId, userId, -1);
        this.#audit(tx, actor, userId, 'user.unfollowed');
      } else if (!(await look(this.#deps, tx.em, actor, userId))) {
        throw new AppError('not_found');
      }
      return this.#state(tx, actor, userId, false);
    });
  }

  /** @throws AppError not_found, invalid_input */
  async list(
    actor: UserActor,
    userId: string,
    direction: Direction,
    { cursor, limit }: FollowsQuery,
  ): Promise<{ items: FollowView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    const after = cursor === undefined ? null : readPlace(cursor, momentAndId);
    const { reach } = await lookAt(this.#deps, em, actor, userId);
    const viewer = { id: actor.userId, reach };
    const page = { after, limit: limit + 1, now: this.#deps.clock.now() };
    const rows = await listFollows(em, direction, userId, viewer, page);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map((row) => presentFollow(row, actor.userId)),
      nextCursor: last && rows.length > limit ? writePlace([last.place, last.follow_id]) : null,
    };
  }

  async #state(tx: Transaction, actor: UserActor, userId: string, isFollowed: boolean): Promise<FollowState> {
    const { followers } = await countsOf(tx.em, actor.userId, userId);
    return { isFollowed, followersCount: followers };
  }

  #audit(tx: Transaction, actor: UserActor, userId: string, action: string): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'data_change',
      severity: 'low',
      resourceType: 'user',
      resourceId: userId,
    });
  }
}

const presentFollow = (row: FollowRow, viewerId: string): FollowView => ({
  id: row.id,
  displayName: row.display_name,
  avatarUrl: row.avatar_url,
  role: roleSlug.parse(row.role),
  jobTitle: row.job_title,
  followedAt: new Date(row.place).toISOString(),
  isFollowed: row.is_followed,
  isSelf: row.id === viewerId,
});
