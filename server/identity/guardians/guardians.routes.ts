import { guardianRoutes } from '../../../shared/identity/guardians.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { GuardianService } from './guardians.service.ts';

/** The REST edge of guardians and children. */
export function bindRoutes(service: GuardianService): BoundRoute[] {
  const { link, request, children, guardians, list } = guardianRoutes;
  return [
    route(guardianRoutes.makeCode, ({ actor }) => service.makeCode(actor)),
    route(guardianRoutes.withdrawCode, ({ actor }) => service.withdrawCode(actor)),
    route(guardianRoutes.makeCodeFor, ({ actor, params: p }) =>
      service.makeCodeFor(actor, p.organizationId, p.userId),
    ),
    route(link, ({ actor, body }) => service.link(actor, body)),
    route(request, ({ actor, body }) => service.request(actor, body)),
    route(children, ({ actor }) => service.children(actor)),
    route(guardians, ({ actor }) => service.guardians(actor)),
    route(guardianRoutes.approve, ({ actor, params: p }) => service.approve(actor, p.guardianshipId)),
    route(guardianRoutes.reject, ({ actor, params: p }) => service.reject(actor, p.guardianshipId)),
    route(guardianRoutes.removeGuardian, ({ actor, params: p }) =>
      service.removeGuardian(actor, p.guardianshipId),
    ),
    route(guardianRoutes.removeChild, ({ actor, params: p }) => service.removeChild(actor, p.guardianshipId)),
    route(list, ({ actor, params, query }) => service.list(actor, params.organizationId, query)),
    route(guardianRoutes.approveFor, ({ actor, params: p }) =>
      service.decideFor(actor, p.organizationId, p.guardianshipId, 'approve'),
    ),
    route(guardianRoutes.rejectFor, ({ actor, params: p }) =>
      service.decideFor(actor, p.organizationId, p.guardianshipId, 'reject'),
    ),
    route(guardianRoutes.revokeFor, ({ actor, params: p }) =>
      service.decideFor(actor, p.organizationId, p.guardianshipId, 'revoke'),
    ),
  ];
}
