import type { Response } from 'express';
import { auditRoutes } from '../../shared/audit/contract.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import { sendPieces } from '../kernel/http/stream.ts';
import type { AuditService } from './audit.service.ts';

/** The REST edge of the audit trail. */
export function bindRoutes(audit: AuditService): BoundRoute[] {
  return [
    // Before `list`'s neighbours could take `export` for a name of something.
    route(auditRoutes.export, async ({ actor, params, query, res }) =>
      sendCsv(res, await audit.export(actor, params.organizationId, query)),
    ),
    route(auditRoutes.list, ({ actor, params, query }) => audit.list(actor, params.organizationId, query)),
    route(auditRoutes.listAll, ({ actor, query }) => audit.list(actor, null, query)),
  ];
}

async function sendCsv(res: Response, pieces: AsyncIterable<string>): Promise<string> {
  res.status(200).type('text/csv').setHeader('content-disposition', 'attachment; filename="audit.csv"');
  await sendPieces(res, pieces);
  return '';
}
