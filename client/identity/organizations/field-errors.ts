import { ApiError } from '../../kernel/api.ts';

/** The server's refusals by field: of the shapes, and of what somebody else has already. */
export function fieldErrors(error: unknown, taken: string): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  if (error.code === 'already_exists') {
    const { field } = (error.data ?? {}) as { field?: string };
    return field ? { [field]: taken } : {};
  }
  return Object.fromEntries(error.errors.map(({ path, message }) => [path, message]));
}
