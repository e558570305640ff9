import type { EntityManager } from '@mikro-orm/postgresql';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import type { InvitationStatus } from '../../../shared/identity/invitations.ts';

type Instant = Date | string;

/** An invitation as administrators see it; `status` as it counts at the time asked for. */
export interface InvitationRow {
  id: string;
  organization_id: string;
  email: string;
  grant_role: string;
  membership_role: MembershipRole;
  status: InvitationStatus;
  message: string | null;
  invited_by: string | null;
  inviter_name: string | null;
  created_at: Instant;
  expires_at: Instant;
  accepted_at: Instant | null;
}

/** An invitation as its link finds it. */
export interface AddressedRow extends InvitationRow {
  organization_name: string;
  /** The account of the address, if there is one. */
  account_id: string | null;
}

const effectiveStatus = `case when i.status = 'pending' and i.expires_at <= ? then 'expired' else i.status end`;
const columns = `i.id, i.organization_id, i.email, i.grant_role, i.membership_role, ${effectiveStatus} as status, i.message,
  i.invited_by, (select u.display_name from users u where u.id = i.invited_by) as inviter_name, i.created_at, i.expires_at, i.accepted_at`;

/** One page of an organization's invitations, the newest first, one more than asked for when there are more. */
export async function listInvitations(
  em: EntityManager,
  organizationId: string,
  filter: { status?: InvitationStatus; cursor?: string; limit: number },
  now: Date,
): Promise<InvitationRow[]> {
  const where: string[] = [];
  const values: unknown[] = [];
  if (filter.status) {
    where.push(`and (${effectiveStatus}) = ?`);
    values.push(now, filter.status);
  }
  if (filter.cursor) {
    where.push('and i.id < ?::uuid');
    values.push(filter.cursor);
  }
  return em.execute(
    `select ${columns} from invitations i where i.scope = 'organization' and i.organization_id = ? ${where.join(' ')}
     order by i.id desc limit ?`,
    [now, organizationId, ...values, filter.limit + 1],
  );
}

/** One invitation of an organization; locked, so that it is answered once. */
export async function findInvitation(
  em: EntityManager,
  organizationId: string,
  invitationId: string,
  now: Date,
): Promise<InvitationRow | null> {
  const [row] = await em.execute<InvitationRow[]>(
    `select ${columns} from invitations i where i.scope = 'organization' and i.organization_id = ? and i.id = ? for update of i`,
    [now, organizationId, invitationId],
  );
  return row ?? null;
}

/** The invitation of a link; null: there is none. */
export async function invitationOf(
  em: EntityManager,
  tokenHash: Buffer,
  now: Date,
  lock: '' | 'for update of i' = '',
): Promise<AddressedRow | null> {
  const [row] = await em.execute<AddressedRow[]>(
    `select ${columns}, o.name as organization_name,
       (select u.id from users u where u.email = i.email and u.deleted_at is null) as account_id
     from invitations i join organizations o on o.id = i.organization_id
     where i.scope = 'organization' and i.token_hash = ? ${lock}`,
    [now, tokenHash],
  );
  return row ?? null;
}

/** Of some addresses those that belong to members, or were invited and have not answered. */
export async function takenAddresses(
  em: EntityManager,
  organizationId: string,
  emails: readonly string[],
): Promise<{ members: Set<string>; invited: Set<string> }> {
  const marks = emails.map(() => '?').join(', ');
  const members = await em.execute<{ email: string }[]>(
    `select u.email from users u join organization_memberships m on m.user_id = u.id and m.left_at is null
     where u.deleted_at is null and m.organization_id = ? and u.email in (${marks})`,
    [organizationId, ...emails],
  );
  const invited = await em.execute<{ email: string }[]>(
    `select email from invitations where scope = 'organization' and organization_id = ? and status = 'pending' and email in (${marks})`,
    [organizationId, ...emails],
  );
  return {
    members: new Set(members.map(({ email }) => email)),
    invited: new Set(invited.map(({ email }) => email)),
  };
}

export async function insertInvitation(
  em: EntityManager,
  one: {
    id: string;
    organizationId: string;
    email: string;
    grantRole: string;
    membershipRole: MembershipRole;
    message: string | null;
    tokenHash: Buffer;
    invitedBy: string;
    expiresAt: Date;
    now: Date;
  },
): Promise<void> {
  await em.execute(
    `insert into invitations (id, scope, organization_id, email, grant_role, membership_role, message, token_hash, invited_by, expires_at, created_at, updated_at)
     values (?, 'organization', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      one.id,
      one.organizationId,
      one.email,
      one.grantRole,
      one.membershipRole,
      one.message,
      one.tokenHash,
      one.invitedBy,
      one.expiresAt,
      one.now,
      one.now,
    ],
  );
}

/** Sets columns; the names are the code's own. */
export async function setInvitation(
  em: EntityManager,
  invitationId: string,
  changed: Record<string, unknown>,
  now: Date,
): Promise<void> {
  const all = { ...changed, updated_at: now };
  await em.execute(
    `update invitations set ${Object.keys(all)
      .map((name) => `${name} = ?`)
      .join(', ')} where id = ?`,
    [...Object.values(all), invitationId],
  );
}

/** Marks what nobody has answered in time; of one organization or of all. */
export async function expireInvitations(
  em: EntityManager,
  now: Date,
  organizationId: string | null = null,
): Promise<void> {
  await em.execute(
    `update invitations set status = 'expired', updated_at = ?
     where status = 'pending' and expires_at <= ? and (?::uuid is null or organization_id = ?::uuid)`,
    [now, now, organizationId, organizationId],
  );
}
