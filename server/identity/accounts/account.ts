/** What decides whether an account may be used. */
export interface AccountState {
  status: 'pending_verification' | 'active' | 'inactive' | 'suspended';
  suspendedUntil: Date | null;
  deletedAt: Date | null;
}

/** Whether somebody may use their account now. A suspension with an end lifts by itself. */
export function isUsable(account: AccountState, now: Date): boolean {
  if (account.deletedAt !== null) return false;
  if (account.status === 'suspended') return account.suspendedUntil !== null && account.suspendedUntil <= now;
  return account.status === 'active';
}
