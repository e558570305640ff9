import { organizationSettingRoutes } from '../../../shared/identity/organization-settings.ts';
import { membershipRoutes, organizationRoutes } from '../../../shared/identity/organizations.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { MembershipService } from './memberships.service.ts';
import type { OrganizationService } from './organizations.service.ts';
import type { OrganizationSettingsService } from './settings.service.ts';

const nothing = (): null => null;

/** The REST edge of organizations and memberships. */
export function bindRoutes(services: {
  organizations: OrganizationService;
  memberships: MembershipService;
  settings: OrganizationSettingsService;
}): BoundRoute[] {
  const { organizations, memberships, settings } = services;
  return [
    route(organizationRoutes.signInPage, ({ params }) => organizations.signInPage(params.slug)),
    route(organizationRoutes.list, ({ actor, query }) => organizations.list(actor, query)),
    route(organizationRoutes.get, ({ actor, params }) => organizations.get(actor, params.organizationId)),
    route(organizationRoutes.tree, ({ actor, params }) => organizations.tree(actor, params.organizationId)),
    route(organizationRoutes.create, ({ actor, body }) => organizations.create(actor, body)),
    route(organizationRoutes.update, ({ actor, params, body }) =>
      organizations.update(actor, params.organizationId, body),
    ),
    route(organizationRoutes.suspend, ({ actor, params, body }) =>
      organizations.suspend(actor, params.organizationId, body.status),
    ),
    route(organizationRoutes.reactivate, ({ actor, params }) =>
      organizations.reactivate(actor, params.organizationId),
    ),
    route(organizationRoutes.remove, ({ actor, params }) =>
      organizations.remove(actor, params.organizationId).then(nothing),
    ),
    route(organizationRoutes.restore, ({ actor, params }) =>
      organizations.restore(actor, params.organizationId),
    ),
    route(organizationSettingRoutes.get, ({ actor, params }) => settings.get(actor, params.organizationId)),
    route(organizationSettingRoutes.set, ({ actor, params, body }) =>
      settings.set(actor, params.organizationId, body.changes),
    ),
    route(membershipRoutes.list, ({ actor, params, query }) =>
      memberships.list(actor, params.organizationId, query),
    ),
    route(membershipRoutes.update, ({ actor, params: p, body }) =>
      memberships.update(actor, p.organizationId, p.membershipId, body),
    ),
    route(membershipRoutes.remove, ({ actor, params: p }) =>
      memberships.remove(actor, p.organizationId, p.membershipId).then(nothing),
    ),
    route(membershipRoutes.mine, ({ actor }) => memberships.mine(actor)),
    route(membershipRoutes.leave, ({ actor, params }) =>
      memberships.leave(actor, params.membershipId).then(nothing),
    ),
    route(membershipRoutes.makePrimary, ({ actor, params }) =>
      memberships.makePrimary(actor, params.membershipId),
    ),
    route(membershipRoutes.switchTo, ({ actor, body }) => memberships.switchTo(actor, body.organizationId)),
  ];
}
