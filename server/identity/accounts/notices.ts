import type { Transaction } from '../../kernel/db/database.ts';
import type { MessageDeps } from './messages.ts';

/** Something that an account's owner is told: as a mail, or its first paragraph as a text message. */
export interface Notice {
  subject: string;
  paragraphs: readonly string[];
}

/** The addresses of an account, as they are or were. */
export interface Reachable {
  email: string | null;
  phone: string | null;
  emailVerified: boolean;
  phoneVerified: boolean;
}

/**
 * Tells an account's owner what became of it; the one place from which such notices go. A confirmed address comes before one
 * that is not, e-mail before the phone; who has none is not told.
 * @param userId null: nobody; costs as much as somebody without an address
 * @param options.confirmed never to an address that was not confirmed: for what is not about the account alone
 * @returns whether there was anywhere to write to
 */
export async function tellAccount(
  deps: MessageDeps,
  tx: Transaction,
  userId: string | null,
  notice: Notice,
  options: { confirmed?: boolean } = {},
): Promise<boolean> {
  const [row] = await tx.em.execute<
    { email: string | null; phone: string | null; email_verified: boolean; phone_verified: boolean }[]
  >(
    `select email, phone, email_verified_at is not null as email_verified, phone_verified_at is not null as phone_verified
     from users where id = ?::uuid`,
    [userId],
  );
  if (!row) return false;
  const { email, phone, email_verified: emailVerified, phone_verified: phoneVerified } = row;
  return tellAddresses(deps, tx, { email, phone, emailVerified, phoneVerified }, notice, options);
}

/** The same for addresses that the account does not have any more, or may lose in this transaction. */
export async function tellAddresses(
  deps: MessageDeps,
  tx: Transaction,
  to: Reachable,
  { subject, paragraphs }: Notice,
  { confirmed = false }: { confirmed?: boolean } = {},
): Promise<boolean> {
  const { mailer } = deps;
  const mail = mailer.canMail ? to.email : null;
  const phone = mailer.canText ? to.phone : null;
  const byMail = async (address: string): Promise<boolean> => {
    await mailer.mail(tx, { to: address, subject, text: paragraphs.join('\n\n') });
    return true;
  };
  const byText = async (number: string): Promise<boolean> => {
    await mailer.text(tx, { to: number, text: paragraphs[0] ?? subject });
    return true;
  };
  if (mail !== null && to.emailVerified) return byMail(mail);
  if (phone !== null && to.phoneVerified) return byText(phone);
  if (confirmed) return false;
  if (mail !== null) return byMail(mail);
  return phone !== null && byText(phone);
}
