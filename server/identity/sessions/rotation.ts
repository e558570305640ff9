const second = 1000;
const day = 24 * 60 * 60 * second;

/** How long a used refresh token may still be shown, as long as its successor was not used. */
export const graceMs = 60 * second;

/** How long a sign-in lasts after its last refresh (`auth.refresh_ttl_days`, `auth.remember_ttl_days`). */
export const sessionMs = (days: number): number => days * day;

/** `auth.access_token_ttl_seconds` */
export const accessTokenSeconds = 15 * 60;

/** A refresh token as it stands in the chain of its session. */
export interface ChainLink {
  usedAt: Date | null;
  revokedAt: Date | null;
  expiresAt: Date;
}

/**
 * What to do with a refresh token that somebody shows:
 * `rotate`: it is the current one; `again`: its answer got lost or another tab was first, so it gets a new successor and
 * the unused one is revoked; `expired`: too late; `reuse`: two parties hold the chain, so it ends for both.
 */
export type Verdict = 'rotate' | 'again' | 'expired' | 'reuse';

/** Judges a shown token by its own state and its successor's. */
export function judge(token: ChainLink, successor: ChainLink | null, now: Date): Verdict {
  if (token.revokedAt !== null) return 'reuse';
  if (token.usedAt === null) return token.expiresAt > now ? 'rotate' : 'expired';
  const fresh = now.getTime() - token.usedAt.getTime() < graceMs;
  const undecided = successor !== null && successor.usedAt === null && successor.revokedAt === null;
  return fresh && undecided ? 'again' : 'reuse';
}
