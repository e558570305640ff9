import type { AuditEntry } from '../../audit/index.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { everywhereLevel } from '../access/access.policy.ts';
import type { MessageDeps } from './messages.ts';
import { tellAccount } from './notices.ts';

/**
 * Tells everybody who answers for the installation of something critical, in the transaction that does it: it cannot be done
 * without them hearing of it. The mail says what and where to look, and names nobody: the trail does.
 */
export async function alertSuperAdmins(deps: MessageDeps, tx: Transaction, entry: AuditEntry): Promise<void> {
  const rows = await tx.em.execute<{ id: string }[]>(
    `select u.id from users u join roles r on r.id = u.primary_role_id and r.level >= ?
     where u.deleted_at is null and u.status = 'active' order by u.id`,
    [everywhereLevel],
  );
  for (const { id } of rows)
    await tellAccount(
      deps,
      tx,
      id,
      {
        subject: 'A critical change in Lectern',
        paragraphs: [
          `Something was done in Lectern that touches the whole installation (${entry.action}).`,
          `See who did what in the audit trail:`,
          `${deps.publicUrl()}/admin/audit`,
          'If nobody of you knows of it, sign out everywhere, change your password and take the role back.',
        ],
      },
      { confirmed: true },
    );
}
