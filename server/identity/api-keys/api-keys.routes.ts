import { apiKeyRoutes } from '../../../shared/identity/api-keys.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { ApiKeyService } from './api-keys.service.ts';

/** The REST edge of API keys. */
export function bindRoutes(keys: ApiKeyService): BoundRoute[] {
  return [
    route(apiKeyRoutes.mine, ({ actor }) => keys.mine(actor)),
    route(apiKeyRoutes.create, ({ actor, body }) => keys.create(actor, body)),
    route(apiKeyRoutes.revoke, ({ actor, params }) => keys.revoke(actor, params.apiKeyId)),
    route(apiKeyRoutes.list, ({ actor, params, query }) => keys.list(actor, params.organizationId, query)),
    route(apiKeyRoutes.revokeIn, ({ actor, params: p }) =>
      keys.revokeIn(actor, p.organizationId, p.apiKeyId),
    ),
  ];
}
