import type { Transaction } from '../../kernel/db/database.ts';
import type { Mailer } from '../../kernel/mail/index.ts';

interface NotifyDeps {
  mailer: Mailer;
}

/** Tells somebody by mail what was done to their account. Without an address or without mail nobody is told. */
export async function notify(
  deps: NotifyDeps,
  tx: Transaction,
  to: string | null,
  mail: { subject: string; paragraphs: readonly string[] },
): Promise<void> {
  if (to === null || !deps.mailer.canMail) return;
  await deps.mailer.mail(tx, { to, subject: mail.subject, text: mail.paragraphs.join('\n\n') });
}
