import type { EntityManager } from '@mikro-orm/postgresql';
import type { GuardianshipStatus, Relationship } from '../../../shared/identity/guardians.ts';

type Instant = Date | string;

/** A link with both people in it. */
export interface GuardianshipRow {
  id: string;
  relationship: Relationship;
  relationship_note: string | null;
  status: GuardianshipStatus;
  created_at: Instant;
  approved_at: Instant | null;
  revoked_at: Instant | null;
  parent_id: string;
  parent_name: string;
  parent_code: string;
  parent_avatar: string | null;
  child_id: string;
  child_name: string;
  child_code: string;
  child_avatar: string | null;
  /** The child's primary organization. */
  organization_id: string | null;
}

const select = `select g.id, g.relationship, g.relationship_note, g.status, g.created_at, g.approved_at, g.revoked_at,
    p.id as parent_id, p.display_name as parent_name, p.code as parent_code, p.avatar_url as parent_avatar,
    c.id as child_id, c.display_name as child_name, c.code as child_code, c.avatar_url as child_avatar, m.organization_id
  from guardianships g
  join users p on p.id = g.parent_id and p.deleted_at is null
  join users c on c.id = g.child_id and c.deleted_at is null
  left join organization_memberships m on m.user_id = c.id and m.is_primary and m.left_at is null
  where g.deleted_at is null`;

/** Children that somebody is linked to, or guardians and requests of a child. */
export function linksOf(
  em: EntityManager,
  side: 'parent' | 'child',
  userId: string,
): Promise<GuardianshipRow[]> {
  return em.execute<GuardianshipRow[]>(
    side === 'parent'
      ? `${select} and g.parent_id = ? and g.status = 'active' order by c.display_name, g.id`
      : `${select} and g.child_id = ? and g.status in ('pending', 'active') order by g.status desc, g.id`,
    [userId],
  );
}

/** Links of the students whose organization it is, newest first. */
export function linksIn(
  em: EntityManager,
  organizationId: string,
  page: { status?: GuardianshipStatus; cursor?: string; limit: number },
): Promise<GuardianshipRow[]> {
  return em.execute<GuardianshipRow[]>(
    `${select} and m.organization_id = ? and (?::text is null or g.status = ?) and (?::uuid is null or g.id < ?)
     order by g.id desc limit ?`,
    [
      organizationId,
      page.status ?? null,
      page.status ?? null,
      page.cursor ?? null,
      page.cursor ?? null,
      page.limit,
    ],
  );
}

/** One link. */
export async function findLink(em: EntityManager, id: string): Promise<GuardianshipRow | null> {
  const [row] = await em.execute<GuardianshipRow[]>(`${select} and g.id = ?`, [id]);
  return row ?? null;
}

/** The same, locked until the end of the transaction. */
export async function lockLink(em: EntityManager, id: string): Promise<GuardianshipRow | null> {
  const [row] = await em.execute<GuardianshipRow[]>(`${select} and g.id = ? for update of g`, [id]);
  return row ?? null;
}

/** The link between two people that counts, locked. */
export async function lockLinkBetween(
  em: EntityManager,
  parentId: string,
  childId: string,
): Promise<{ id: string; status: GuardianshipStatus } | null> {
  const [row] = await em.execute<{ id: string; status: GuardianshipStatus }[]>(
    'select id, status from guardianships where parent_id = ? and child_id = ? and deleted_at is null for update',
    [parentId, childId],
  );
  return row ?? null;
}

/** Puts a link that has ended away, so that there can be a new one. */
export async function putAway(em: EntityManager, id: string, now: Date): Promise<void> {
  await em.execute('update guardianships set deleted_at = ?, updated_at = ? where id = ?', [now, now, id]);
}

export interface NewLink {
  id: string;
  parentId: string;
  childId: string;
  relationship: Relationship;
  relationshipNote: string | null;
  status: 'pending' | 'active';
  /** Whose consent the link has; null while it is asked for. */
  approvedBy: string | null;
}

export async function insertLink(em: EntityManager, link: NewLink, now: Date): Promise<void> {
  await em.execute(
    `insert into guardianships (id, parent_id, child_id, relationship, relationship_note, status, requested_by, approved_by, approved_at, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      link.id,
      link.parentId,
      link.childId,
      link.relationship,
      link.relationshipNote,
      link.status,
      link.parentId,
      link.approvedBy,
      link.status === 'active' ? now : null,
      now,
      now,
    ],
  );
}

export async function setStatus(
  em: EntityManager,
  id: string,
  change: { status: GuardianshipStatus; by: string },
  now: Date,
): Promise<void> {
  const columns: Partial<Record<GuardianshipStatus, string>> = {
    active: ', approved_by = ?, approved_at = ?',
    revoked: ', revoked_at = ?',
  };
  const values: Partial<Record<GuardianshipStatus, unknown[]>> = {
    active: [change.by, now],
    revoked: [now],
  };
  await em.execute(
    `update guardianships set status = ?, updated_at = ?${columns[change.status] ?? ''} where id = ?`,
    [change.status, now, ...(values[change.status] ?? []), id],
  );
}

/** Somebody as a possible child. */
export interface Candidate {
  id: string;
  role: string;
  usable: boolean;
  organization_id: string | null;
}

const candidate = `select u.id, r.slug as role, m.organization_id,
    (u.status = 'active' or (u.status = 'suspended' and u.suspended_until <= ?)) as usable
  from users u join roles r on r.id = u.primary_role_id
  left join organization_memberships m on m.user_id = u.id and m.is_primary and m.left_at is null
  where u.deleted_at is null`;

export async function candidateById(em: EntityManager, id: string, now: Date): Promise<Candidate | null> {
  const [row] = await em.execute<Candidate[]>(`${candidate} and u.id = ?`, [now, id]);
  return row ?? null;
}

export async function candidateByCode(em: EntityManager, code: string, now: Date): Promise<Candidate | null> {
  const [row] = await em.execute<Candidate[]>(`${candidate} and u.code = ?`, [now, code]);
  return row ?? null;
}

export async function isMember(em: EntityManager, userId: string, organizationId: string): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `select 1 from organization_memberships where user_id = ? and organization_id = ? and left_at is null and status = 'active'`,
    [userId, organizationId],
  );
  return rows.length > 0;
}

/** A link code as it is stored. */
export interface StoredCode {
  id: string;
  user_id: string;
  expires_at: Instant;
  used_at: Instant | null;
  invalidated_at: Instant | null;
  /** Who made it: the child, or somebody of the school. */
  made_by: string;
}

/** Makes the open codes of a child void. Locks the child's row, so that two codes are made one after the other. */
export async function voidCodes(em: EntityManager, userId: string, now: Date): Promise<number> {
  await em.execute('select 1 from users where id = ? for no key update', [userId]);
  const rows = await em.execute<object[]>(
    `update verification_tokens set invalidated_at = ?, updated_at = ?
     where user_id = ? and purpose = 'guardian_link' and used_at is null and invalidated_at is null returning id`,
    [now, now, userId],
  );
  return rows.length;
}

export async function insertCode(
  em: EntityManager,
  code: { id: string; userId: string; hash: Buffer; madeBy: string; expiresAt: Date },
  now: Date,
): Promise<void> {
  // Nothing is sent: the child hands the code over. `channel` and `destination` say so as well as they can.
  await em.execute(
    `insert into verification_tokens (id, user_id, purpose, kind, channel, destination, token_hash, expires_at, metadata, created_at, updated_at)
     values (?, ?, 'guardian_link', 'link', 'email', '', ?, ?, ?::jsonb, ?, ?)`,
    [code.id, code.userId, code.hash, code.expiresAt, JSON.stringify({ madeBy: code.madeBy }), now, now],
  );
}

/** A code by its hash, locked: of two who use it at the same time one comes too late. */
export async function lockCode(em: EntityManager, hash: Buffer): Promise<StoredCode | null> {
  const [row] = await em.execute<StoredCode[]>(
    `select id, user_id, expires_at, used_at, invalidated_at, metadata->>'madeBy' as made_by from verification_tokens
     where token_hash = ? and kind = 'link' and purpose = 'guardian_link' for update`,
    [hash],
  );
  return row ?? null;
}

export async function useCode(em: EntityManager, id: string, now: Date): Promise<void> {
  await em.execute('update verification_tokens set used_at = ?, updated_at = ? where id = ?', [now, now, id]);
}

/** Until when the code of a child can be used; null when there is none. */
export async function openCodeUntil(em: EntityManager, userId: string, now: Date): Promise<Date | null> {
  const [row] = await em.execute<{ expires_at: Instant }[]>(
    `select expires_at from verification_tokens where user_id = ? and purpose = 'guardian_link' and kind = 'link'
     and used_at is null and invalidated_at is null and expires_at > ?`,
    [userId, now],
  );
  return row ? new Date(row.expires_at) : null;
}
