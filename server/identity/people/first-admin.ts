import { z } from 'zod';
import { system } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { createAccount } from '../accounts/create-account.ts';
import type { IdentityDeps } from '../deps.ts';
import { createProofs } from '../proofs/index.ts';
import { endedCode } from '../sessions/ending.ts';
import { revokedTopic } from '../sessions/sessions.service.ts';
import type { RevokedNotice } from '../sessions/sessions.service.ts';
import { passwordLink } from './invite.ts';

/** What it takes to make an administrator from the machine itself. */
export type FirstAdminDeps = Pick<
  IdentityDeps,
  'db' | 'secrets' | 'audit' | 'clock' | 'ids' | 'config' | 'log' | 'publicUrl'
> & { notices: Pick<IdentityDeps['notices'], 'send'> };

const input = z.object({
  email: z.string().trim().toLowerCase().pipe(z.email('is no e-mail address').max(254)),
  displayName: z
    .string()
    .trim()
    .min(1, 'is missing')
    .max(200)
    .regex(/^[^\p{Cc}]*$/u),
});

/** Who it was, and the link for them. */
export interface FirstAdmin {
  made: 'created' | 'promoted';
  displayName: string;
  code: string;
  /** Good once, for the time of a password reset. */
  link: string;
}

/**
 * Makes somebody a super administrator: a new account, or the one that has the address. Whoever may run this holds the
 * database and its secrets anyway.
 * @throws ZodError for an address or a name that is none; AppError rate_limited within a minute of the last link
 */
export async function makeFirstAdmin(
  deps: FirstAdminDeps,
  given: { email: string; displayName: string | null },
): Promise<FirstAdmin> {
  const { email, displayName } = input.parse({
    ...given,
    displayName: given.displayName ?? given.email.split('@')[0],
  });
  return deps.db.transaction(async (tx) => {
    const [known] = await tx.em.execute<{ id: string }[]>(
      'select id from users where email = ? and deleted_at is null for no key update',
      [email],
    );
    const userId = known ? await promote(deps, tx, known.id) : await create(deps, tx, { email, displayName });
    deps.audit.record(tx, {
      actor: system,
      action: known ? 'user.promoted' : 'user.created',
      category: 'authorization',
      severity: 'critical',
      organizationId: null,
      resourceType: 'user',
      resourceId: userId,
      new: { role: 'super_admin' },
      description: 'From the command line of the server',
    });
    const { secret } = await createProofs(deps).issue(tx, {
      userId,
      purpose: 'password_reset',
      kind: 'link',
      channel: 'email',
      destination: email,
    });
    const [row] = await tx.em.execute<{ display_name: string; code: string }[]>(
      'select display_name, code from users where id = ?',
      [userId],
    );
    return {
      made: known ? 'promoted' : 'created',
      displayName: row?.display_name ?? displayName,
      code: row?.code ?? '',
      link: passwordLink(deps.publicUrl(), secret),
    };
  });
}

async function create(
  deps: FirstAdminDeps,
  tx: Transaction,
  { email, displayName }: { email: string; displayName: string },
): Promise<string> {
  const [home] = await tx.em.execute<{ id: string }[]>(
    `select id from organizations where deleted_at is null order by slug <> 'default', created_at limit 1`,
  );
  if (!home) throw new Error('there is no organization');
  const user = await createAccount(deps, tx, {
    email,
    displayName,
    password: null,
    role: 'super_admin',
    organizationId: home.id,
    status: 'active',
    emailVerified: true,
    membershipRole: 'owner',
  });
  await tx.em.flush();
  return user.id;
}

/**
 * Of several ways into an account the others are left as they are, but not who is in already: what they opened was an
 * account that could do less.
 */
async function promote(deps: FirstAdminDeps, tx: Transaction, userId: string): Promise<string> {
  const now = deps.clock.now();
  await tx.em.execute(
    `update user_roles set revoked_at = ?, revoke_reason = 'replaced', updated_at = ?
     where user_id = ? and revoked_at is null and organization_id is null and context_id is null
       and role_id = (select u.primary_role_id from users u join roles r on r.id = u.primary_role_id where u.id = ? and r.slug <> 'super_admin')`,
    [now, now, userId, userId],
  );
  const ended = await tx.em.execute<{ id: string }[]>(
    `update auth_sessions set revoked_at = ?, revoke_reason = 'permissions_changed', updated_at = ?
     where user_id = ? and revoked_at is null returning id`,
    [now, now, userId],
  );
  for (const { id: authSessionId } of ended) {
    const notice: RevokedNotice = { authSessionId, userId, code: endedCode('permissions_changed') };
    await deps.notices.send(tx, revokedTopic, notice);
  }
  await deps.notices.send(tx, 'access.changed', { userId });
  await tx.em.execute(
    `update users set primary_role_id = (select id from roles where slug = 'super_admin' and organization_id is null),
       status = 'active', confirm_on_return = false, suspended_until = null, suspension_reason = null, failed_login_attempts = 0, locked_until = null,
       email_verified_at = coalesce(email_verified_at, ?), updated_at = ? where id = ?`,
    [now, now, userId],
  );
  await tx.em.execute(
    `insert into user_roles (user_id, role_id, assigned_at, created_at, updated_at)
     select ?, r.id, ?, ?, ? from roles r where r.slug = 'super_admin' and r.organization_id is null
       and not exists (select 1 from user_roles a where a.user_id = ? and a.role_id = r.id and a.revoked_at is null
                       and a.organization_id is null and a.context_id is null)`,
    [userId, now, now, now, userId],
  );
  return userId;
}
