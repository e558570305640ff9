import type { Request } from 'express';
import { clientAddress, userAgentOf } from '../../kernel/http/client.ts';
import type { Client } from '../sessions/sessions.service.ts';

/** Where a request comes from, as a sign-in keeps it. */
export function clientOf(req: Request): Client {
  return { address: clientAddress(req.ip), userAgent: userAgentOf(req) };
}
