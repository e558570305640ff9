import type { EntityManager } from '@mikro-orm/postgresql';
import type { OidcProviderView } from '../../../shared/identity/oidc.ts';
import type { OidcProvider } from '../../kernel/config.ts';
import type { AccountState } from '../accounts/account.ts';
import { issuerOf } from './providers.ts';

const date = (value: Date | string | null): Date | null => (value === null ? null : new Date(value));

/** Takes turns with everybody who changes the ways to sign in of an account: two of them must not remove the last two. */
export async function lockMethods(em: EntityManager, userId: string): Promise<void> {
  await em.execute('select 1 from users where id = ? for no key update', [userId]);
}

/** An account at a provider that signs in here. */
export interface LinkedIdentity {
  id: string;
  type: OidcProviderView['type'];
  issuer: string;
  /** Of the provider in the configuration that it was made with. */
  providerId: string | null;
  email: string | null;
  linkedAt: Date;
  lastUsedAt: Date | null;
}

interface LinkedRow {
  id: string;
  provider: OidcProviderView['type'];
  issuer: string;
  provider_email: string | null;
  provider_data: { providerId?: string };
  created_at: Date | string;
  last_used_at: Date | string | null;
}

/** Somebody's accounts at providers, the oldest first. */
export async function linkedIdentitiesOf(em: EntityManager, userId: string): Promise<LinkedIdentity[]> {
  const rows = await em.execute<LinkedRow[]>(
    `select id, provider, issuer, provider_email, provider_data, created_at, last_used_at from user_authentication_methods
     where user_id = ? and provider in ('google', 'microsoft', 'apple', 'oidc') order by id`,
    [userId],
  );
  return rows.map((row) => ({
    id: row.id,
    type: row.provider,
    issuer: row.issuer,
    providerId: row.provider_data.providerId ?? null,
    email: row.provider_email,
    linkedAt: new Date(row.created_at),
    lastUsedAt: date(row.last_used_at),
  }));
}

/** The configured provider that an identity signs in with; undefined when it was taken out of the configuration. */
export function providerOf(
  identity: Pick<LinkedIdentity, 'providerId' | 'issuer' | 'type'>,
  providers: readonly OidcProvider[],
): OidcProvider | undefined {
  const fits = (provider: OidcProvider): boolean => provider.type === identity.type;
  return (
    providers.find((provider) => provider.id === identity.providerId && fits(provider)) ??
    providers.find((provider) => fits(provider) && issuerOf(provider) === identity.issuer)
  );
}

/** What an account has to sign in with, besides providers and passkeys. */
export interface OwnMethods {
  hasPassword: boolean;
  passwordChangedAt: Date | null;
  email: string | null;
  emailVerified: boolean;
  phone: string | null;
  phoneVerified: boolean;
}

interface OwnRow {
  has_password: boolean;
  password_changed_at: Date | string | null;
  email: string | null;
  email_verified: boolean;
  phone: string | null;
  phone_verified: boolean;
}

export async function ownMethodsOf(em: EntityManager, userId: string): Promise<OwnMethods> {
  const [row] = await em.execute<OwnRow[]>(
    `select password_hash is not null as has_password, password_changed_at, email,
       email_verified_at is not null as email_verified, phone, phone_verified_at is not null as phone_verified
     from users where id = ? and deleted_at is null`,
    [userId],
  );
  return {
    hasPassword: row?.has_password ?? false,
    passwordChangedAt: date(row?.password_changed_at ?? null),
    email: row?.email ?? null,
    emailVerified: row?.email_verified ?? false,
    phone: row?.phone ?? null,
    phoneVerified: row?.phone_verified ?? false,
  };
}

export interface CountingDeps {
  config: { OIDC_PROVIDERS?: OidcProvider[] };
  mailer: { canMail: boolean; canText: boolean };
}

/** Which of an account's own methods can be used on this server. */
export const usableOwn = (own: OwnMethods, { mailer }: Pick<CountingDeps, 'mailer'>) => ({
  password: own.hasPassword && (own.email !== null || own.phone !== null),
  email: own.email !== null && own.emailVerified && mailer.canMail,
  phone: own.phone !== null && own.phoneVerified && mailer.canText,
});

/** In how many ways somebody can sign in now. */
export async function countMethods(deps: CountingDeps, em: EntityManager, userId: string): Promise<number> {
  const own = usableOwn(await ownMethodsOf(em, userId), deps);
  const linked = (await linkedIdentitiesOf(em, userId)).filter((identity) =>
    providerOf(identity, deps.config.OIDC_PROVIDERS ?? []),
  );
  const [passkeys] = await em.execute<{ n: number }[]>(
    'select count(*)::int as n from passkeys where user_id = ?',
    [userId],
  );
  return Object.values(own).filter(Boolean).length + linked.length + (passkeys?.n ?? 0);
}

/** An identity and its account, as a sign-in finds them. */
export interface KnownIdentity {
  methodId: string;
  userId: string;
  tokenVersion: number;
  account: AccountState;
}

interface AccountRow {
  id: string;
  method_id: string | null;
  token_version: number;
  email_verified: boolean;
  status: AccountState['status'];
  suspended_until: Date | string | null;
  deleted_at: Date | string | null;
}

const accountOf = (row: AccountRow): AccountState => ({
  status: row.status,
  suspendedUntil: date(row.suspended_until),
  deletedAt: date(row.deleted_at),
});

const accountColumns = `u.id, u.token_version, u.email_verified_at is not null as email_verified, u.status, u.suspended_until, u.deleted_at`;

/** The identity of an issuer's subject. Taken in turns, also while there is none: two first sign-ins make one account. */
export async function lockIdentity(
  em: EntityManager,
  issuer: string,
  subject: string,
): Promise<KnownIdentity | null> {
  await em.execute('select pg_advisory_xact_lock(hashtextextended(?, 0))', [`oidc ${issuer} ${subject}`]);
  const [row] = await em.execute<AccountRow[]>(
    `select m.id as method_id, ${accountColumns}
     from user_authentication_methods m join users u on u.id = m.user_id
     where m.issuer = ? and m.provider_user_id = ? and m.provider in ('google', 'microsoft', 'apple', 'oidc')`,
    [issuer, subject],
  );
  if (!row?.method_id) return null;
  return {
    methodId: row.method_id,
    userId: row.id,
    tokenVersion: row.token_version,
    account: accountOf(row),
  };
}

/** The account with an e-mail address (lower case). */
export async function accountByEmail(
  em: EntityManager,
  email: string,
): Promise<{ userId: string; tokenVersion: number; emailVerified: boolean; account: AccountState } | null> {
  const [row] = await em.execute<AccountRow[]>(
    `select null as method_id, ${accountColumns} from users u where u.email = ? and u.deleted_at is null for no key update`,
    [email],
  );
  if (!row) return null;
  return {
    userId: row.id,
    tokenVersion: row.token_version,
    emailVerified: row.email_verified,
    account: accountOf(row),
  };
}

export interface NewIdentity {
  id: string;
  userId: string;
  provider: OidcProvider;
  issuer: string;
  subject: string;
  email: string | null;
  now: Date;
  /** Whether it is used at once. */
  used: boolean;
}

export async function insertIdentity(em: EntityManager, identity: NewIdentity): Promise<void> {
  const { now } = identity;
  await em.execute(
    `insert into user_authentication_methods
       (id, user_id, provider, issuer, provider_user_id, provider_email, provider_data, verified_at, last_used_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?, ?, ?)`,
    [
      identity.id,
      identity.userId,
      identity.provider.type,
      identity.issuer,
      identity.subject,
      identity.email,
      JSON.stringify({ providerId: identity.provider.id }),
      now,
      identity.used ? now : null,
      now,
      now,
    ],
  );
}

/** Notes a use, and the address that the provider tells now. */
export async function noteIdentityUse(
  em: EntityManager,
  used: { methodId: string; email: string | null },
  now: Date,
): Promise<void> {
  await em.execute(
    `update user_authentication_methods set last_used_at = ?, updated_at = ?, provider_email = coalesce(?::text, provider_email)
     where id = ?`,
    [now, now, used.email, used.methodId],
  );
}

/** Deletes one's own identity. @returns whether there was one */
export async function deleteIdentity(
  em: EntityManager,
  identity: { id: string; userId: string },
): Promise<boolean> {
  const gone = await em.execute<{ id: string }[]>(
    `delete from user_authentication_methods
     where id = ? and user_id = ? and provider in ('google', 'microsoft', 'apple', 'oidc') returning id`,
    [identity.id, identity.userId],
  );
  return gone.length > 0;
}
