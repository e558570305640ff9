import type { Transaction } from '../../kernel/db/database.ts';
import type { MessageDeps } from '../accounts/messages.ts';
import { tellAccount } from '../accounts/notices.ts';

/**
 * Tells an account's owner that a way to sign in was added or removed: who did not do it learns of it (ASVS 5.0 6.3.7).
 */
export async function tellOwner(
  deps: MessageDeps,
  tx: Transaction,
  userId: string,
  what: { subject: string; sentence: string },
): Promise<void> {
  const paragraphs = [
    what.sentence,
    'If it was you, there is nothing to do. If not, look at your ways to sign in and change your password:',
    `${deps.publicUrl()}/account/ways-to-sign-in`,
  ];
  await tellAccount(deps, tx, userId, { subject: what.subject, paragraphs });
}
