import type { Transaction } from '../../kernel/db/database.ts';
import type { Mailer } from '../../kernel/mail/index.ts';

/**
 * Tells an account's owner by mail that a way to sign in was added or removed: who did not do it learns of it (ASVS 5.0
 * 6.3.7). Without a confirmed address or without mail nobody is told.
 */
export async function tellOwner(
  deps: { mailer: Mailer; publicUrl(): string },
  tx: Transaction,
  userId: string,
  what: { subject: string; sentence: string },
): Promise<void> {
  if (!deps.mailer.canMail) return;
  const [row] = await tx.em.execute<{ email: string }[]>(
    'select email from users where id = ? and email is not null and email_verified_at is not null and deleted_at is null',
    [userId],
  );
  if (!row) return;
  await deps.mailer.mail(tx, {
    to: row.email,
    subject: what.subject,
    text: `${what.sentence}\n\nIf it was you, there is nothing to do. If not, look at your ways to sign in and change your password:\n\n${deps.publicUrl()}/account/ways-to-sign-in`,
  });
}
