import { sessionRoutes } from '../../../shared/identity/sessions.ts';
import { route } from '../../kernel/http/route.ts';
import type { Area, AreaDeps } from '../deps.ts';
import { DeviceService } from './devices.service.ts';

/** The REST edge of sign-ins. */
export function createDevices(deps: AreaDeps): Area {
  const devices = new DeviceService(deps);
  return {
    routes: [
      route(sessionRoutes.list, ({ actor, query }) => devices.list(actor, query)),
      route(sessionRoutes.end, ({ actor, params }) => devices.end(actor, params.authSessionId)),
      route(sessionRoutes.endAll, ({ actor, body }) => devices.endAll(actor, body.includeThis)),
      route(sessionRoutes.listOfOrganization, ({ actor, params, query }) =>
        devices.listOfOrganization(actor, params.organizationId, query),
      ),
      route(sessionRoutes.endOfOrganization, ({ actor, params }) =>
        devices.endOfOrganization(actor, params.organizationId, params.authSessionId),
      ),
    ],
  };
}
