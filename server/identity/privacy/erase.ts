import type { Transaction } from '../../kernel/db/database.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { AreaDeps } from '../deps.ts';
import { releaseReports } from '../people/manager.ts';
import { eraseTraces, tracesOf } from './traces.ts';

/** The name under which others go on reading what an erased person wrote. */
export const erasedName = 'Deleted user';

/** Rows that are only about the person. What hangs on them goes with them. */
const personal = [
  'delete from user_profiles where user_id = ?',
  'delete from user_interests where user_id = ?',
  // Whoever followed or was followed counts one less.
  `with gone as (delete from user_follows where follower_id = ? returning followee_id)
   update users set followers_count = followers_count - 1 where id in (select followee_id from gone)`,
  `with gone as (delete from user_follows where followee_id = ? returning follower_id)
   update users set following_count = following_count - 1 where id in (select follower_id from gone)`,
  'delete from user_authentication_methods where user_id = ?',
  'delete from passkeys where user_id = ?',
  'delete from auth_challenges where user_id = ?',
  'delete from verification_tokens where user_id = ?',
  'delete from two_factor_recovery_codes where user_id = ?',
  'delete from api_keys where user_id = ?',
  'delete from user_permissions where user_id = ?',
  'delete from idempotency_keys where user_id = ?',
  'delete from guardianships where parent_id = ?',
  'delete from guardianships where child_id = ?',
  `delete from note_documents where owner_id = ? and scope = 'personal'`,
  // What others wrote down about them, in words.
  `update enrollments set notes = null, withdrawal_reason = null, custom_fields = '{}' where user_id = ?`,
  'update live_session_participants set removal_reason = null where user_id = ?',
  'update live_chat_messages set hidden_reason = null where sender_id = ? and hidden_reason is not null',
  'update organization_memberships set title = null where user_id = ?',
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
  await tx.em.execute('select 1 from users where id = ? for update', [userId]);
  const traces = await tracesOf(tx.em, userId);
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
  await eraseTraces(tx.em, userId, traces, erasedName);
  for (const statement of personal) await tx.em.execute(statement, [userId]);
  await releaseReports(tx.em, userId, now);
  await tx.em.execute(
    'delete from refresh_tokens where session_id in (select id from auth_sessions where user_id = ?)',
    [userId],
  );
  await tx.em.execute(
    `update auth_sessions set ip_address = null, user_agent = null, device_id = null, device_type = null, browser = null, platform = null,
       device_info = '{}', data = '{}', location = null where user_id = ?`,
    [userId],
  );
  await tx.em.execute(
    'update live_attendance_intervals set ip_address = null, user_agent = null where participant_id in (select id from live_session_participants where user_id = ?)',
    [userId],
  );
  await tx.em.execute("update files set original_filename = filename, metadata = '{}' where user_id = ?", [
    userId,
  ]);
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
       two_factor_enabled = false, two_factor_secret_enc = null, two_factor_confirmed_at = null, suspension_reason = null, suspended_until = null,
       failed_login_attempts = 0, locked_until = null, last_login_at = null, last_activity_at = null, timezone = default, locale = default,
       followers_count = 0, following_count = 0, status = 'inactive', anonymized_at = ?, deleted_at = coalesce(deleted_at, ?), token_version = token_version + 1, updated_at = ?
     where id = ?`,
    [erasedName, erasedName, now, now, now, userId],
  );
  await deps.audit.eraseDetailsOf(tx, userId, traces.addresses, traces);
  deps.audit.record(tx, {
    actor: by,
    action: 'user.erased',
    category: 'data_change',
    severity: 'high',
    resourceType: 'user',
    resourceId: userId,
    tags: ['gdpr'],
  });
}
