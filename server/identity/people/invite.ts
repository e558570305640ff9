import { AppError } from '../../kernel/errors.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import type { IdentityDeps } from '../deps.ts';
import { written } from '../../kernel/mail/index.ts';
import { lasting } from '../accounts/messages.ts';
import { createProofs } from '../proofs/index.ts';

type InviteDeps = Pick<IdentityDeps, 'db' | 'secrets' | 'clock' | 'ids' | 'mailer' | 'publicUrl'>;

/** Where a link to choose a password leads. */
export const passwordLink = (publicUrl: string, token: string): string =>
  `${publicUrl}/reset-password?token=${token}`;

/**
 * Mails somebody a link to choose a password.
 * @param options.purpose `onboarding` for the first one: many get it at once and do not look at once, so it is good for as long
 *   as a link that confirms an address
 * @throws AppError no_address, rate_limited less than a minute after the last one
 */
export async function invite(
  deps: InviteDeps,
  tx: Transaction,
  userId: string,
  organizationId: string,
  { purpose }: { purpose: 'onboarding' | 'password_reset' },
): Promise<void> {
  const [row] = await tx.em.execute<{ email: string | null; display_name: string; organization: string }[]>(
    `select u.email, u.display_name, o.name as organization from users u, organizations o where u.id = ? and o.id = ?`,
    [userId, organizationId],
  );
  if (!row?.email) throw new AppError('no_address');
  const { secret, lifeMs } = await createProofs(deps).issue(tx, {
    userId,
    purpose,
    kind: 'link',
    channel: 'email',
    destination: row.email,
  });
  await deps.mailer.mail(tx, {
    to: row.email,
    subject: 'Your account: choose a password',
    text: [
      `Hello ${written(row.display_name)},`,
      `there is an account for you at ${written(row.organization)}. Choose a password with this link, which is good for ${lasting(lifeMs)} and once:`,
      passwordLink(deps.publicUrl(), secret),
      'If it has expired, ask for a new one with your e-mail address:',
      `${deps.publicUrl()}/forgot-password`,
    ].join('\n\n'),
  });
}
