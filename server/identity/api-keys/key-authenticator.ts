import type { UserActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { requestContext } from '../../kernel/request-context.ts';
import { assertUsable } from '../accounts/account.ts';
import { keyStanding } from './api-keys.repository.ts';
import type { KeyLimiter } from './key-limits.ts';
import { keyHash } from './key.ts';
import { isAllowed } from './networks.ts';
import type { UsageCounter } from './usage.ts';

/** Makes an actor of an API key; the key is looked up each time, so that what ends it ends it at once. */
export function createKeyAuthenticator(deps: {
  db: Database;
  clock: Clock;
  limiter: KeyLimiter;
  usage: UsageCounter;
}): (key: string) => Promise<UserActor> {
  return async (key) => {
    const standing = await keyStanding(deps.db.em(), keyHash(key));
    const now = deps.clock.now();
    if (!standing?.active || (standing.expiresAt && standing.expiresAt <= now))
      throw new AppError('token_invalid');
    const { id, owner, permissions, organizationId } = standing;
    assertUsable(owner.account, now);
    if (!isAllowed(requestContext().ipAddress, standing.allowedIps)) throw new AppError('ip_not_allowed');
    const rate = await deps.limiter.take(id, standing.limits);
    deps.usage.note(id, now);
    return {
      kind: 'user',
      userId: owner.id,
      authSessionId: id,
      role: owner.role,
      displayName: owner.displayName,
      organizationId,
      apiKey: { id, permissions, organizationId, rate },
    };
  };
}
