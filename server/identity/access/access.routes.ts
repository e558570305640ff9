import { accessRoutes } from '../../../shared/identity/access.ts';
import type { PermissionGroupView } from '../../../shared/identity/access.ts';
import { permissionCatalogue, permissions } from '../../../shared/identity/permissions.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { ExplorerService } from './explorer.service.ts';
import type { GivingService } from './giving.service.ts';
import type { RoleService } from './roles.service.ts';

const nothing = (): null => null;

/** The REST edge of roles and exceptions. */
export function bindRoutes(services: {
  roles: RoleService;
  giving: GivingService;
  explorer: ExplorerService;
}): BoundRoute[] {
  const { roles, giving, explorer } = services;
  return [
    route(accessRoutes.permissions, async () => ({ items: catalogue })),
    route(accessRoutes.roles, ({ actor, params }) => roles.list(actor, params.organizationId)),
    route(accessRoutes.createRole, ({ actor, params, body }) =>
      roles.create(actor, params.organizationId, body),
    ),
    route(accessRoutes.updateRole, ({ actor, params, body }) =>
      roles.update(actor, params.organizationId, params.roleId, body),
    ),
    route(accessRoutes.removeRole, ({ actor, params }) =>
      roles.remove(actor, params.organizationId, params.roleId).then(nothing),
    ),
    route(accessRoutes.assignments, ({ actor, params, query }) =>
      giving.assignments(actor, params.organizationId, query),
    ),
    route(accessRoutes.assign, ({ actor, params, body }) =>
      giving.assign(actor, params.organizationId, body),
    ),
    route(accessRoutes.revoke, ({ actor, params }) =>
      giving.revoke(actor, params.organizationId, params.assignmentId).then(nothing),
    ),
    route(accessRoutes.setPrimary, ({ actor, params, body }) =>
      giving.setPrimary(actor, params.organizationId, params.userId, body.role),
    ),
    route(accessRoutes.grants, ({ actor, params, query }) =>
      giving.grants(actor, params.organizationId, query),
    ),
    route(accessRoutes.grant, ({ actor, params, body }) => giving.grant(actor, params.organizationId, body)),
    route(accessRoutes.ungrant, ({ actor, params }) =>
      giving.ungrant(actor, params.organizationId, params.grantId).then(nothing),
    ),
    route(accessRoutes.explain, ({ actor, params, query }) =>
      explorer.explain(actor, params.organizationId, query),
    ),
    route(accessRoutes.who, ({ actor, params, query }) => explorer.who(actor, params.organizationId, query)),
  ];
}

/** The catalogue is the code's, so it needs no query. */
const catalogue: PermissionGroupView[] = [
  ...Map.groupBy(permissions, (slug) => slug.split('.')[0] ?? slug),
].map(([category, slugs]) => ({
  category,
  permissions: slugs.map((slug) => {
    const [resource = '', action = ''] = slug.split('.');
    return { slug, resource, action, description: permissionCatalogue[slug] };
  }),
}));
