import { importRoutes } from '../../../shared/identity/people-imports.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { ImportService } from './imports.service.ts';

/** The REST edge of imports. */
export function bindImportRoutes(imports: ImportService): BoundRoute[] {
  return [
    route(importRoutes.preview, ({ actor, params, body }) =>
      imports.preview(actor, params.organizationId, body.text),
    ),
    route(importRoutes.start, ({ actor, params, body }) => imports.start(actor, params.organizationId, body)),
    route(importRoutes.list, ({ actor, params, query }) => imports.list(actor, params.organizationId, query)),
    route(importRoutes.get, ({ actor, params: p }) => imports.get(actor, p.organizationId, p.importId)),
    route(importRoutes.rows, ({ actor, params: p, query }) =>
      imports.rows(actor, p.organizationId, p.importId, query),
    ),
    route(importRoutes.cancel, ({ actor, params: p }) => imports.cancel(actor, p.organizationId, p.importId)),
    route(importRoutes.result, ({ actor, params: p, query }) =>
      imports.result(actor, p.organizationId, p.importId, query.only),
    ),
  ];
}
