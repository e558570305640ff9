import { errorCatalogue } from '../../shared/kernel/errors.ts';
import type { ErrorCode, ErrorData, FieldError, WireError } from '../../shared/kernel/errors.ts';
import type { z } from 'zod';

/** The one error that reaches a client as it is. Everything else is logged and answered `internal`. */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly data: ErrorData[C] | undefined;

  constructor(code: C, data?: ErrorData[C], options?: ErrorOptions & { detail?: string }) {
    super(options?.detail ?? errorCatalogue[code].message, options);
    this.name = 'AppError';
    this.code = code;
    this.data = data;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** Turns a refused zod parse into `invalid_input` with a line per field. */
export function invalidInput(error: z.ZodError): AppError<'invalid_input'> {
  const errors = error.issues.slice(0, 50).map((issue): FieldError => {
    // An unknown key is reported on the key, not on the object that holds it.
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.join(',') : '';
    return {
      path: [...issue.path.map(String), keys].filter(Boolean).join('.'),
      code: issue.code,
      message: issue.message,
    };
  });
  return new AppError('invalid_input', { errors });
}

/** The `error` member of a socket acknowledgement. */
export function toWireError(error: AppError): WireError {
  return {
    code: error.code,
    message: error.message,
    ...(error.data === undefined ? {} : { data: error.data }),
  };
}

/**
 * SQLSTATE classes and socket errors that mean "the database is not there just now": also when a statement, a lock or a
 * transaction took longer than this process waits.
 */
const outage = /^(08...|57P0[1-5]|57014|55P03|25P03|53[03]00|ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|ENOENT)$/;

/**
 * The error a client is told: what was thrown when it is ours, `storage_full` or `unavailable` when the database could
 * not do its part, `internal` for all that nobody expected. Nothing was committed, unless the connection broke after COMMIT
 * was sent: then only a repeat with the same key can tell.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const given = (error as { code?: unknown } | null)?.code;
  const code = typeof given === 'string' ? given : '';
  if (code === '53100') return new AppError('storage_full', undefined, { cause: error });
  if (
    outage.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout/.test(String(error))
  ) {
    return new AppError('unavailable', undefined, { cause: error });
  }
  return new AppError('internal', undefined, { cause: error });
}
