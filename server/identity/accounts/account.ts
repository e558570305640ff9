import { AppError } from '../../kernel/errors.ts';

/** What decides whether an account may be used. */
export interface AccountState {
  status: 'pending_verification' | 'active' | 'inactive' | 'suspended';
  suspendedUntil: Date | null;
  deletedAt: Date | null;
}

/** Why an account cannot be used, for whoever has proved that it is theirs. */
export type Unusable =
  | { refused: 'account_inactive' }
  | { refused: 'account_suspended'; data: { until: string | null } };

/** Why somebody may not use their account now; null: they may. A suspension with an end lifts by itself. */
export function unusable(account: AccountState, now: Date): Unusable | null {
  if (account.deletedAt !== null) return { refused: 'account_inactive' };
  if (account.status === 'suspended') {
    const until = account.suspendedUntil;
    if (until !== null && until <= now) return null;
    return { refused: 'account_suspended', data: { until: until?.toISOString() ?? null } };
  }
  return account.status === 'active' ? null : { refused: 'account_inactive' };
}

/** Whether somebody may use their account now. */
export const isUsable = (account: AccountState, now: Date): boolean => unusable(account, now) === null;

/** @throws AppError account_inactive, account_suspended with the end */
export function assertUsable(account: AccountState, now: Date): void {
  const why = unusable(account, now);
  if (why) throw new AppError(why.refused, 'data' in why ? why.data : undefined);
}
