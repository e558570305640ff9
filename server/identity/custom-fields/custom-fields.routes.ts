import { customFieldRoutes } from '../../../shared/identity/custom-field-routes.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { CustomFieldService } from './custom-fields.service.ts';

/** The REST edge of the fields that an organization adds to profiles. */
export function bindRoutes(fields: CustomFieldService): BoundRoute[] {
  return [
    route(customFieldRoutes.list, ({ actor, params: p }) => fields.list(actor, p.organizationId)),
    route(customFieldRoutes.create, ({ actor, params: p, body }) =>
      fields.create(actor, p.organizationId, body),
    ),
    route(customFieldRoutes.reorder, ({ actor, params: p, body }) =>
      fields.reorder(actor, p.organizationId, body.ids),
    ),
    route(customFieldRoutes.update, ({ actor, params: p, body }) =>
      fields.update(actor, p.organizationId, p.fieldId, body),
    ),
    route(customFieldRoutes.remove, ({ actor, params: p }) =>
      fields.remove(actor, p.organizationId, p.fieldId).then(() => null),
    ),
    route(customFieldRoutes.restore, ({ actor, params: p }) =>
      fields.restore(actor, p.organizationId, p.fieldId),
    ),
  ];
}
