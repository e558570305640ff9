import type { ErrorRequestHandler, Request, Response } from 'express';
import { errorCatalogue } from '../../../shared/kernel/errors.ts';
import type { ErrorCode, FieldError, Problem } from '../../../shared/kernel/errors.ts';
import { AppError, toAppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { requestContext } from '../request-context.ts';
import { addressKey } from './client.ts';
import { createRateLimiter } from './rate-limit.ts';

/** What express and its body parser throw, told apart by `type` and `status`. */
function fromExpress(error: { type?: string; status?: number; limit?: number }): AppError | null {
  if (error.type === 'entity.too.large')
    return new AppError('payload_too_large', { limitBytes: error.limit ?? 0 });
  if (error.type === 'entity.parse.failed') {
    return new AppError('invalid_input', {
      errors: [{ path: '', code: 'invalid_json', message: 'The body is not valid JSON.' }],
    });
  }
  if (error.type === 'encoding.unsupported' || error.type === 'charset.unsupported')
    return new AppError('unsupported_media_type');
  if (error.status === 400) return new AppError('invalid_input', { errors: [] });
  return null;
}

/** Writes an error as RFC 9457 problem details. */
export function sendProblem(req: Request, res: Response, error: AppError): void {
  const data = error.data as
    | { errors?: FieldError[]; retryAfterSeconds?: number; limit?: number }
    | undefined;
  const problem: Problem = {
    type: `urn:lectern:error:${error.code}`,
    title: errorCatalogue[error.code].message,
    status: error.status,
    code: error.code,
    requestId: String(req.id),
  };
  if (error.message !== problem.title) problem.detail = error.message;
  if (data?.errors) problem.errors = data.errors;
  else if (data) problem.data = data;
  if (data?.retryAfterSeconds) {
    res.setHeader('retry-after', String(data.retryAfterSeconds));
    // The limit that refused, not the one that was looked at before.
    if (error.code === 'rate_limited') {
      if (data.limit) res.setHeader('ratelimit-limit', data.limit);
      res.setHeader('ratelimit-remaining', 0).setHeader('ratelimit-reset', data.retryAfterSeconds);
    }
  }
  res.status(error.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** What people do not do with our pages, or not often: somebody may be trying things. Refusals for want of a right are in the audit trail. */
const suspicious: ReadonlySet<string> = new Set<ErrorCode>([
  'invalid_input',
  'origin_not_allowed',
  'payload_too_large',
  'rate_limited',
  'token_invalid',
  'unsupported_media_type',
]);

/** Of one address and in a minute: whoever floods the server does not flood its log. */
const refusalsLogged = { points: 30, seconds: 60 };

/**
 * The last handler: everything that was thrown becomes a problem; what nobody expected is logged with the request's id, and so is
 * what looks like an attempt to get around a rule.
 */
export function problemHandler(log: Logger): ErrorRequestHandler {
  const limiter = createRateLimiter(refusalsLogged);
  const tell = (req: Request, { code }: AppError): void => {
    const { ipAddress } = requestContext();
    const fields = { code, method: req.method, requestId: req.id, ipAddress };
    limiter.take(addressKey(ipAddress)).then(
      () => log.info(fields, 'a request was refused'),
      () => undefined,
    );
  };
  return (error, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const known = error instanceof AppError ? error : fromExpress(error);
    if (!known) log.error({ err: error, requestId: req.id }, 'a request failed');
    else if (suspicious.has(known.code)) tell(req, known);
    sendProblem(req, res, known ?? toAppError(error));
  };
}
