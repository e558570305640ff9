import type { EntityManager } from '@mikro-orm/postgresql';
import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { audienceOf } from './profiles.policy.ts';
import type { Audience } from './profiles.policy.ts';
import { findPersonProfile } from './profiles.repository.ts';
import type { PersonProfileRow } from './profiles.repository.ts';
import { reachOf } from './visibility.ts';
import type { Reach } from './visibility.ts';

/** A person as somebody sees them now. */
export interface Seen {
  row: PersonProfileRow;
  audience: Audience;
  /** Where the viewer belongs. */
  reach: Reach;
}

/**
 * Loads a person for a viewer; null where the viewer may not know that there is such a person. The row is null only where
 * there is none.
 */
export async function look(
  deps: Pick<AreaDeps, 'access' | 'clock'>,
  em: EntityManager,
  actor: UserActor,
  userId: string,
): Promise<Seen | null> {
  const reach = await reachOf(em, actor.userId);
  const viewer = { id: actor.userId, reach };
  const row = await findPersonProfile(em, userId, viewer, deps.clock.now());
  if (!row) return null;
  const isSelf = row.id === actor.userId;
  const audience = audienceOf({
    isSelf,
    administers: !isSelf && (await deps.access.can(em, actor, 'user.update', { type: 'user', id: userId })),
    isGuardian: row.is_guardian,
    isShown: row.is_shown,
  });
  return audience && { row, audience, reach };
}

/** @throws AppError not_found */
export async function lookAt(
  deps: Pick<AreaDeps, 'access' | 'clock'>,
  em: EntityManager,
  actor: UserActor,
  userId: string,
): Promise<Seen> {
  const seen = await look(deps, em, actor, userId);
  if (!seen) throw new AppError('not_found');
  return seen;
}
