import { errors } from 'mediasoup';
import { AppError } from '../kernel/errors.ts';

/** Input that mediasoup or the schema of its parameters does not accept. */
export function badParameters(path: string, message: string, cause?: unknown): AppError<'invalid_input'> {
  return new AppError('invalid_input', { errors: [{ path, code: 'media_parameters', message }] }, { cause });
}

/**
 * What a failed call into mediasoup means to the client. mediasoup checks parameters with `TypeError` and
 * `UnsupportedError`, answers calls on closed objects with `NotFoundError` and those on a dead worker with
 * `WorkerClosedError`; a plain `Error` is the worker's refusal, such as an SSRC in use.
 */
export function fromMediasoup(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof errors.WorkerClosedError)
    return new AppError('media_unavailable', undefined, { cause: error });
  if (error instanceof errors.NotFoundError)
    return new AppError('media_not_found', undefined, { cause: error });
  return badParameters(path, error instanceof Error ? error.message : 'not accepted', error);
}

/** Runs a call into mediasoup and translates its failure. */
export async function translated<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw fromMediasoup(error, path);
  }
}
