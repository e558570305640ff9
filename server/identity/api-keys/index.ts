import type { UserActor } from '../../kernel/actor.ts';
import type { Area, AreaDeps } from '../deps.ts';
import { bindRoutes } from './api-keys.routes.ts';
import { ApiKeyService } from './api-keys.service.ts';
import { createKeyAuthenticator } from './key-authenticator.ts';
import { createKeyLimiter } from './key-limits.ts';
import { createUsageCounter } from './usage.ts';

export { looksLikeKey } from './key.ts';

/** Keys with which programs act for people. */
export interface ApiKeys extends Area {
  /** @throws AppError token_invalid, account_inactive, ip_not_allowed, rate_limited */
  authenticate(key: string): Promise<UserActor>;
  /** Writes the uses that were counted and are not stored yet. */
  stop(): Promise<void>;
}

export function createApiKeys(deps: AreaDeps): ApiKeys {
  const usage = createUsageCounter(deps);
  return {
    routes: bindRoutes(new ApiKeyService(deps)),
    authenticate: createKeyAuthenticator({ ...deps, limiter: createKeyLimiter(), usage }),
    stop: () => usage.flush(),
  };
}
