import type { ErrorCode, FieldError, Problem, WireError } from '../../shared/kernel/errors.ts';

/** What can go wrong before a server's answer exists: nothing reached it, or its answer did not reach us. */
export type LocalCode = 'network' | 'timeout' | 'disconnected';

/** A refused or failed REST request. `errors` names the fields that were refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode | LocalCode;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly data: unknown;

  constructor(init: {
    code: ErrorCode | LocalCode;
    status: number;
    message: string;
    errors?: readonly FieldError[];
    data?: unknown;
  }) {
    super(init.message);
    this.code = init.code;
    this.status = init.status;
    this.errors = init.errors ?? [];
    this.data = init.data;
  }

  static fromProblem(problem: Problem): ApiError {
    const { code, status, data } = problem;
    return new ApiError({
      code,
      status,
      message: problem.detail ?? problem.title,
      errors: problem.errors,
      data,
    });
  }
}

/** A refused or unanswered channel event. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode | LocalCode;
  readonly data: unknown;

  constructor(error: Omit<WireError, 'code'> & { code: ErrorCode | LocalCode }) {
    super(error.message);
    this.code = error.code;
    this.data = error.data;
  }
}

/** The code of anything thrown; `internal` for what is no answer of the server. */
export function codeOf(error: unknown): ErrorCode | LocalCode {
  return error instanceof ApiError || error instanceof RequestError ? error.code : 'internal';
}

/** When the suspension that a refusal tells of ends; null where it is none, or has no end. */
export function suspendedUntil(error: unknown): string | null {
  if (codeOf(error) !== 'account_suspended') return null;
  return ((error as ApiError | RequestError).data as { until?: string | null } | undefined)?.until ?? null;
}
