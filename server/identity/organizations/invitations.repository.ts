import type { EntityManager } from '@mikro-orm/postgresql';
import type { MembershipRole } from '../../../shared/identity/contract.ts';
import type { InvitationStatus } from '../../../shared/identity/invitations.ts';

type Instant = Date | string;

/** What of an organization people can be invited to. */
export type PlaceType = 'course' | 'live_session';

/** What people are invited to: an organization, or something in it and with it the organization. */
export interface InvitedTo {
  organizationId: string;
  place: { type: PlaceType; id: string; title: string; scheduledAt?: Date } | null;
}

/** An invitation as those see it who may invite; `status` as it counts at the time asked for. */
export interface InvitationRow {
  id: string;
  organization_id: string;
  course_id: string | null;
  live_session_id: string | null;
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
  accepted_by: string | null;
}

/** What an invitation leads to beside the organization. */
export function placeOf(
  row: Pick<InvitationRow, 'course_id' | 'live_session_id'>,
): { type: PlaceType; id: string } | null {
  if (row.live_session_id !== null) return { type: 'live_session', id: row.live_session_id };
  return row.course_id === null ? null : { type: 'course', id: row.course_id };
}

const effectiveStatus = `case when i.status = 'pending' and i.expires_at <= ? then 'expired' else i.status end`;
const columns = `i.id, i.organization_id, i.course_id, i.live_session_id, i.email, i.grant_role, i.membership_role, ${effectiveStatus} as status, i.message,
  i.invited_by, (select u.display_name from users u where u.id = i.invited_by) as inviter_name, i.created_at, i.expires_at, i.accepted_at`;

/** The condition that an invitation `i` is to this and to nothing else, with its values. */
function isTo({ organizationId, place }: InvitedTo): { where: string; values: string[] } {
  return place === null
    ? { where: `i.scope = 'organization' and i.organization_id = ?`, values: [organizationId] }
    : {
        where: `i.scope = '${place.type}' and i.organization_id = ? and i.${place.type}_id = ?`,
        values: [organizationId, place.id],
      };
}

/** One page of the invitations to something, the newest first, one more than asked for when there are more. */
export async function listInvitations(
  em: EntityManager,
  to: InvitedTo,
  filter: { status?: InvitationStatus; cursor?: string; limit: number },
  now: Date,
): Promise<InvitationRow[]> {
  const { where, values } = isTo(to);
  const more: string[] = [];
  const wanted: unknown[] = [];
  if (filter.status) {
    more.push(`and (${effectiveStatus}) = ?`);
    wanted.push(now, filter.status);
  }
  if (filter.cursor) {
    more.push('and i.id < ?::uuid');
    wanted.push(filter.cursor);
  }
  return em.execute(
    `select ${columns} from invitations i where ${where} ${more.join(' ')} order by i.id desc limit ?`,
    [now, ...values, ...wanted, filter.limit + 1],
  );
}

/** One invitation to something; locked, so that it is answered once. */
export async function findInvitation(
  em: EntityManager,
  to: InvitedTo,
  invitationId: string,
  now: Date,
): Promise<InvitationRow | null> {
  const { where, values } = isTo(to);
  const [row] = await em.execute<InvitationRow[]>(
    `select ${columns} from invitations i where ${where} and i.id = ? for update of i`,
    [now, ...values, invitationId],
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
    `select ${columns}, i.accepted_by, o.name as organization_name,
       (select u.id from users u where u.email = i.email and u.deleted_at is null) as account_id
     from invitations i join organizations o on o.id = i.organization_id
     where i.token_hash = ? ${lock}`,
    [now, tokenHash],
  );
  return row ?? null;
}

/** Of some addresses those that belong to members of an organization. */
export async function membersAmong(
  em: EntityManager,
  organizationId: string,
  emails: readonly string[],
): Promise<Set<string>> {
  const rows = await em.execute<{ email: string }[]>(
    `select u.email from users u join organization_memberships m on m.user_id = u.id and m.left_at is null
     where u.deleted_at is null and m.organization_id = ? and u.email in (${marks(emails)})`,
    [organizationId, ...emails],
  );
  return new Set(rows.map(({ email }) => email));
}

/** Of some addresses those that were invited to something and have not answered. */
export async function invitedAmong(
  em: EntityManager,
  to: InvitedTo,
  emails: readonly string[],
): Promise<Set<string>> {
  const { where, values } = isTo(to);
  const rows = await em.execute<{ email: string }[]>(
    `select i.email from invitations i where ${where} and i.status = 'pending' and i.email in (${marks(emails)})`,
    [...values, ...emails],
  );
  return new Set(rows.map(({ email }) => email));
}

const marks = (list: readonly unknown[]): string => list.map(() => '?').join(', ');

export async function insertInvitation(
  em: EntityManager,
  to: InvitedTo,
  one: {
    id: string;
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
    `insert into invitations (id, scope, organization_id, course_id, live_session_id, email, grant_role, membership_role, message, token_hash, invited_by, expires_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      one.id,
      to.place?.type ?? 'organization',
      to.organizationId,
      to.place?.type === 'course' ? to.place.id : null,
      to.place?.type === 'live_session' ? to.place.id : null,
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
