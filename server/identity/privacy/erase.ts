import type { Transaction } from '../../kernel/db/database.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { AreaDeps } from '../deps.ts';

/** The name under which others go on reading what an erased person wrote. */
export const erasedName = 'Deleted user';

/** Rows that are only about the person. What hangs on them goes with them. */
const personal = [
  'delete from user_profiles where user_id = ?',
  'delete from user_authentication_methods where user_id = ?',
  'delete from passkeys where user_id = ?',
  'delete from auth_challenges where user_id = ?',
  'delete from verification_tokens where user_id = ?',
  'delete from two_factor_recovery_codes where user_id = ?',
  'delete from api_keys where user_id = ?',
  'delete from user_permissions where user_id = ?',
  'delete from idempotency_keys where user_id = ?',
  // The line of the list they came with; that somebody came with it is still counted.
  `update user_import_rows set raw = '{}', data = '{}' where user_id = ?`,
  'delete from guardianships where parent_id = ?',
  'delete from guardianships where child_id = ?',
];

/**
 * Takes a person out of the database and leaves what others need: their messages, attendance and authorship stay, under
 * {@link erasedName}. Sign-ins end at once.
 */
export async function erasePerson(
  deps: AreaDeps,
  tx: Transaction,
  userId: string,
  by: UserActor | null,
): Promise<void> {
  const now = deps.clock.now();
  const [person] = await tx.em.execute<{ email: string | null; phone: string | null }[]>(
    'select email, phone from users where id = ? for update',
    [userId],
  );
  const open = await tx.em.execute<{ id: string }[]>(
    'select id from auth_sessions where user_id = ? and revoked_at is null',
    [userId],
  );
  for (const { id } of open) await deps.sessions.revoke(tx, id, 'logout', by);
  const files = await tx.em.execute<{ id: string }[]>(
    'select id from files where user_id = ? and deleted_at is null',
    [userId],
  );
  for (const { id } of files) await deps.files.purge(tx, id);
  for (const statement of personal) await tx.em.execute(statement, [userId]);
  await tx.em.execute(
    'delete from refresh_tokens where session_id in (select id from auth_sessions where user_id = ?)',
    [userId],
  );
  await tx.em.execute(
    `update auth_sessions set ip_address = null, user_agent = null, device_id = null, device_info = '{}', data = '{}', location = null where user_id = ?`,
    [userId],
  );
  await tx.em.execute(
    'update live_attendance_intervals set ip_address = null, user_agent = null where participant_id in (select id from live_session_participants where user_id = ?)',
    [userId],
  );
  await tx.em.execute("update files set original_filename = filename, metadata = '{}' where user_id = ?", [
    userId,
  ]);
  if (person?.email) await tx.em.execute('delete from invitations where email = ?', [person.email]);
  await tx.em.execute(
    'update organization_memberships set left_at = ?, is_primary = false where user_id = ? and left_at is null',
    [now, userId],
  );
  await tx.em.execute(
    `update user_roles set revoked_at = ?, revoke_reason = 'erased' where user_id = ? and revoked_at is null`,
    [now, userId],
  );
  await tx.em.execute(
    `update users set email = null, phone = null, username = null, email_verified_at = null, phone_verified_at = null,
       password_hash = null, first_name = ?, last_name = '', middle_name = null, display_name = ?, avatar_url = null, avatar_file_id = null,
       two_factor_enabled = false, two_factor_secret_enc = null, two_factor_confirmed_at = null, suspension_reason = null,
       status = 'inactive', anonymized_at = ?, deleted_at = coalesce(deleted_at, ?), token_version = token_version + 1, updated_at = ?
     where id = ?`,
    [erasedName, erasedName, now, now, now, userId],
  );
  const mentioned = [person?.email, person?.phone].filter((text): text is string => typeof text === 'string');
  await deps.audit.eraseDetailsOf(tx, userId, mentioned);
  deps.audit.record(tx, {
    actor: by,
    action: 'user.erased',
    category: 'data_change',
    severity: 'high',
    resourceType: 'user',
    resourceId: userId,
  });
}
