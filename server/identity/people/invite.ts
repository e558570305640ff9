import { AppError } from '../../kernel/errors.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import type { IdentityDeps } from '../deps.ts';
import { createProofs, proofRules } from '../proofs/index.ts';

type InviteDeps = Pick<IdentityDeps, 'db' | 'secrets' | 'clock' | 'ids' | 'mailer' | 'publicUrl'>;

/** Where a link to choose a password leads. */
export const passwordLink = (publicUrl: string, token: string): string =>
  `${publicUrl}/reset-password?token=${token}`;

/**
 * Mails somebody a link to choose a password.
 * @throws AppError no_address, rate_limited less than a minute after the last one
 */
export async function invite(
  deps: InviteDeps,
  tx: Transaction,
  userId: string,
  organizationId: string,
): Promise<void> {
  const [row] = await tx.em.execute<{ email: string | null; display_name: string; organization: string }[]>(
    `select u.email, u.display_name, o.name as organization from users u, organizations o where u.id = ? and o.id = ?`,
    [userId, organizationId],
  );
  if (!row?.email) throw new AppError('no_address');
  const token = await createProofs(deps).issue(tx, {
    userId,
    purpose: 'password_reset',
    kind: 'link',
    channel: 'email',
    destination: row.email,
  });
  const minutes = Math.round(proofRules.resetLinkMs / 60_000);
  await deps.mailer.mail(tx, {
    to: row.email,
    subject: 'Your account: choose a password',
    text: [
      `Hello ${row.display_name},`,
      `there is an account for you at ${row.organization}. Choose a password with this link, which is good for ${minutes} minutes and once:`,
      passwordLink(deps.publicUrl(), token),
      'If it has expired, ask for a new one with your e-mail address:',
      `${deps.publicUrl()}/forgot-password`,
    ].join('\n\n'),
  });
}
