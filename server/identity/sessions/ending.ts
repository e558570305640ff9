import type { RevokeReason } from './auth-session.entity.ts';

/** What somebody is told whose sign-in has ended. */
export type EndedCode = 'session_revoked' | 'session_superseded';

/** The code for a reason; null: its time was over. */
export const endedCode = (reason: RevokeReason | null): EndedCode =>
  reason === 'superseded' ? 'session_superseded' : 'session_revoked';
