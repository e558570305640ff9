import { ApiError } from '../kernel/api.ts';

/** A wrong id and a course of others look the same: nothing here. */
export const isMissing = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 'not_found' || error.code === 'invalid_input');
