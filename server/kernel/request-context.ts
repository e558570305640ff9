import { AsyncLocalStorage } from 'node:async_hooks';

/** Where the work that is being done was asked for; what the audit trail tells besides who and what. */
export interface RequestContext {
  requestId: string | null;
  /** An address that PostgreSQL takes as inet. */
  ipAddress: string | null;
  userAgent: string | null;
}

const nowhere: RequestContext = { requestId: null, ipAddress: null, userAgent: null };
const storage = new AsyncLocalStorage<RequestContext>();

/** Runs `work` as a part of a request or of a socket's event. */
export const withRequestContext = <T>(context: RequestContext, work: () => T): T =>
  storage.run(context, work);

/** The request that the caller is a part of; all null in jobs and at start. */
export const requestContext = (): RequestContext => storage.getStore() ?? nowhere;
