import type { MembershipRole, RoleSlug } from '../../../shared/identity/contract.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { sqlState } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { Role } from '../access/role.entity.ts';
import type { IdentityDeps } from '../deps.ts';
import { setting } from '../settings.ts';
import { checkPassword } from '../sign-in/check-password.ts';
import { hashPassword } from '../sign-in/password.ts';
import { splitName } from './names.ts';
import { User } from './user.entity.ts';

/** Somebody who is to have an account. E-mail addresses in lower case, phone numbers in E.164. */
export interface NewAccount {
  email?: string | null;
  phone?: string | null;
  displayName: string;
  /** Left out: taken from the display name. */
  firstName?: string;
  lastName?: string;
  /** Checked against the rules and hashed; null: signs in by other means, or sets one later. */
  password?: string | null;
  /** In place of `password`, where it was checked and hashed before the transaction. */
  passwordHash?: string;
  role: RoleSlug;
  organizationId: string;
  status: 'pending_verification' | 'active';
  emailVerified?: boolean;
  phoneVerified?: boolean;
  mustChangePassword?: boolean;
  locale?: string;
  timezone?: string;
  membershipRole?: MembershipRole;
}

const prefixes: Record<RoleSlug, string> = {
  student: 'STU',
  parent: 'PAR',
  moderator: 'MOD',
  instructor: 'INS',
  admin: 'ADM',
  super_admin: 'SUP',
};

/**
 * Makes an account in the caller's transaction: a human code (STU10001), the primary role and its mirror in `user_roles`, and
 * the membership of the organization. Whether the caller may give that role is for the caller to ask, and so is the audit entry.
 * @throws AppError already_exists with the field, weak_password, breached_password
 */
export async function createAccount(
  deps: Pick<IdentityDeps, 'clock' | 'ids' | 'config' | 'log'>,
  tx: Transaction,
  input: NewAccount,
): Promise<User> {
  const email = input.email ?? null;
  const phone = input.phone ?? null;
  const parts = splitName(input.displayName);
  const passwordHash = input.passwordHash ?? (await hashOf(deps, tx, input));
  await assertFree(tx, { email, phone });
  const now = deps.clock.now();
  const role = await tx.em.findOneOrFail(Role, { slug: input.role, organizationId: null });
  const user = tx.em.create(User, {
    id: deps.ids.uuid(),
    code: await nextCode(tx, input.role),
    primaryRole: role,
    email,
    phone,
    emailVerifiedAt: email && input.emailVerified ? now : null,
    phoneVerifiedAt: phone && input.phoneVerified ? now : null,
    passwordHash,
    passwordChangedAt: passwordHash === null ? null : now,
    mustChangePassword: input.mustChangePassword ?? false,
    firstName: input.firstName ?? parts.firstName,
    lastName: input.lastName ?? parts.lastName,
    displayName: input.displayName,
    locale: input.locale ?? 'en',
    timezone: input.timezone ?? 'UTC',
    status: input.status,
    createdAt: now,
    updatedAt: now,
  });
  tx.em.persist(user);
  try {
    await tx.em.flush();
  } catch (error) {
    // Somebody else was faster: the transaction is lost, and the caller hears why.
    const field =
      sqlState(error) === '23505' ? /users_(email|phone)_unique/.exec(String(error))?.[1] : undefined;
    throw field ? new AppError('already_exists', { field }, { cause: error }) : error;
  }
  await tx.em.execute(
    'insert into user_roles (id, user_id, role_id, assigned_at, created_at, updated_at) values (?, ?, ?, ?, ?, ?)',
    [deps.ids.uuid(), user.id, role.id, now, now, now],
  );
  await tx.em.execute(
    `insert into organization_memberships (id, user_id, organization_id, role, is_primary, status, joined_at, created_at, updated_at)
     values (?, ?, ?, ?, true, 'active', ?, ?, ?)`,
    [deps.ids.uuid(), user.id, input.organizationId, input.membershipRole ?? 'member', now, now, now],
  );
  return user;
}

async function hashOf(
  deps: Pick<IdentityDeps, 'config' | 'log'>,
  tx: Transaction,
  input: NewAccount,
): Promise<string | null> {
  const { password } = input;
  if (password === null || password === undefined) return null;
  const least = await setting(tx.em, input.organizationId, 'auth.password_min_length');
  await checkPassword(deps, password, [input.displayName, input.email, input.phone], least);
  return hashPassword(password);
}

/** The next code of a role: `STU10001`. One sequence for all, so that a code is never given twice. */
async function nextCode(tx: Transaction, role: RoleSlug): Promise<string> {
  const [row] = await tx.em.execute<{ n: string | number }[]>(`select nextval('user_code_seq') as n`);
  return `${prefixes[role]}${row?.n}`;
}

async function assertFree(
  tx: Transaction,
  { email, phone }: { email: string | null; phone: string | null },
): Promise<void> {
  const rows = await tx.em.execute<{ field: string }[]>(
    `select case when email = ? then 'email' else 'phone' end as field from users
     where deleted_at is null and (email = ? or phone = ?) limit 1`,
    [email, email, phone],
  );
  if (rows[0]) throw new AppError('already_exists', { field: rows[0].field });
}
