import type { ErrorRequestHandler, Request, Response } from 'express';
import { errorCatalogue } from '../../../shared/kernel/errors.ts';
import type { FieldError, Problem } from '../../../shared/kernel/errors.ts';
import { AppError, toAppError } from '../errors.ts';
import type { Logger } from '../logger.ts';

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

/** The last handler: everything that was thrown becomes a problem; what nobody expected is logged with the request's id. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const known = error instanceof AppError ? error : fromExpress(error);
    if (!known) log.error({ err: error, requestId: req.id }, 'a request failed');
    sendProblem(req, res, known ?? toAppError(error));
  };
}
