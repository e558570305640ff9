import type { MembershipRole } from '../../../shared/identity/contract.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import type { AreaDeps } from '../deps.ts';
import { administers, mayBecomePrimary } from './membership.ts';
import {
  carriedLevel,
  giveRole,
  insertMembership,
  membershipsOf,
  setPrimary,
  takeExceptions,
  takeRoles,
} from './memberships.repository.ts';

type JoiningDeps = Pick<AreaDeps, 'access' | 'audit' | 'clock' | 'ids' | 'notices'>;

/** Who joins or leaves what, and by whose doing. */
export interface Joining {
  userId: string;
  organizationId: string;
  by: string | null;
}

/** Makes somebody a member, with what goes with it; the primary one if they have none and may. @returns the membership's id */
export async function join(
  deps: JoiningDeps,
  tx: Transaction,
  one: Joining & { role: MembershipRole },
): Promise<string> {
  const now = deps.clock.now();
  const id = deps.ids.uuid();
  await insertMembership(tx.em, {
    id,
    userId: one.userId,
    organizationId: one.organizationId,
    role: one.role,
    now,
  });
  if (administers(one.role)) await giveRole(tx.em, { ...one, slug: 'admin', now });
  await ensurePrimary(deps, tx, one.userId);
  await deps.notices.send(tx, 'access.changed', { userId: one.userId, organizationId: one.organizationId });
  return id;
}

/** Takes everything that somebody had in an organization besides the membership itself. @returns the roles that were taken */
export async function takeEverything(
  deps: JoiningDeps,
  tx: Transaction,
  one: Joining,
  reason: string,
): Promise<string[]> {
  const now = deps.clock.now();
  const taken = await takeRoles(tx.em, { ...one, slug: null, now, reason });
  await takeExceptions(tx.em, { ...one, now });
  return taken;
}

/** Keeps the role `admin` of an organization in step with what somebody is there. */
export async function keepAdminRole(
  deps: JoiningDeps,
  tx: Transaction,
  one: Joining,
  before: MembershipRole,
  after: MembershipRole,
): Promise<void> {
  if (administers(before) === administers(after)) return;
  const role = { ...one, slug: 'admin', now: deps.clock.now() };
  if (administers(after)) await giveRole(tx.em, role);
  else await takeRoles(tx.em, { ...role, reason: 'membership_changed' });
}

/** Whether an organization may be somebody's primary one, by their roles. They must not have another one that is. */
export async function mayMakePrimary(
  deps: JoiningDeps,
  tx: Transaction,
  userId: string,
  organizationId: string,
): Promise<boolean> {
  const carried = await carriedLevel(tx.em, userId, deps.clock.now());
  const subject = { type: 'organization', id: organizationId } as const;
  const { level } = await deps.access.explain(tx.em, userId, 'organization.read', subject);
  return mayBecomePrimary(carried, level);
}

/** An account without a primary organization gets the first of its others that may be it. */
export async function ensurePrimary(deps: JoiningDeps, tx: Transaction, userId: string): Promise<void> {
  const standing = (await membershipsOf(tx.em, userId)).filter(
    ({ left_at: left, status }) => left === null && status === 'active',
  );
  if (standing.some(({ is_primary: isPrimary }) => isPrimary)) return;
  for (const { id, organization_id: organizationId, suspended } of standing) {
    if (suspended || !(await mayMakePrimary(deps, tx, userId, organizationId))) continue;
    await setPrimary(tx.em, userId, id, deps.clock.now());
    return;
  }
}
