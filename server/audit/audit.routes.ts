import { once } from 'node:events';
import type { Response } from 'express';
import { auditRoutes } from '../../shared/audit/contract.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
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

/** Writes as fast as the reader reads. After the first piece an error can only cut the answer off. */
async function sendCsv(res: Response, pieces: AsyncIterable<string>): Promise<string> {
  res.status(200).type('text/csv').setHeader('content-disposition', 'attachment; filename="audit.csv"');
  for await (const piece of pieces) {
    if (res.closed) break;
    if (!res.write(piece)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
  res.end();
  return '';
}
