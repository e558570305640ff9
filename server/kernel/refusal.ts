import type { ErrorCode } from '../../shared/kernel/errors.ts';

/** Somebody asked for what they have no right to. */
export interface Refusal {
  /** The id of the operation, or `channel:event`. */
  operation: string;
  code: ErrorCode;
  /** What the operation needs, as its contract says. */
  permission: string;
  /** On what; null = the installation. */
  subject: { type: string; id: string } | null;
}

const refusals = new Set<ErrorCode>(['forbidden', 'role_level', 'api_key_refused']);

/** Whether a code says that a right was wanting. */
export const isRefusal = (code: ErrorCode): boolean => refusals.has(code);
