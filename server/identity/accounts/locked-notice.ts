import type { Transaction } from '../../kernel/db/database.ts';
import { findAccount } from './accounts.repository.ts';
import { accountLocked, sendNotice } from './messages.ts';
import type { MessageDeps } from './messages.ts';

/** Tells an account's owner that it was locked. @param until null: it was not */
export async function tellLocked(
  deps: MessageDeps,
  tx: Transaction,
  userId: string,
  until: Date | null,
): Promise<void> {
  const account = until && (await findAccount(tx.em, userId));
  if (until && account) await sendNotice(deps, tx, account, accountLocked(deps, until));
}
