import type { RoleSlug } from '../../../shared/identity/contract.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { giverIn } from './giver.ts';
import { isOfInstallation, isWithin } from './roles.policy.ts';
import { levelOfSystemRole, lockAccount, setPrimaryRole } from './roles.repository.ts';

/**
 * Changes the role of an account, and the assignment that mirrors it, in the caller's transaction. The account's code stays as
 * it is: it names a person, not a role. Nobody raises anybody above themselves or touches those above them, and nobody their own.
 * @throws AppError not_found, forbidden, role_level, own_account
 */
export async function changePrimaryRole(
  deps: Pick<AreaDeps, 'access' | 'audit' | 'clock' | 'ids' | 'notices'>,
  tx: Transaction,
  actor: UserActor,
  userId: string,
  role: RoleSlug,
): Promise<void> {
  await deps.access.require(tx.em, actor, 'role.assign', { type: 'user', id: userId });
  const account = await lockAccount(tx.em, userId);
  if (!account) throw new AppError('not_found');
  if (userId === actor.userId) throw new AppError('own_account');
  const rights = await deps.access.rights(tx.em, actor, ['role.assign'], { type: 'user', id: userId });
  const theirs = await deps.access.explain(tx.em, userId, 'role.assign', { type: 'user', id: userId });
  const level = await levelOfSystemRole(tx.em, role);
  const own = rights?.level ?? 0;
  if (!isWithin(own, level) || !isWithin(own, account.level) || !isWithin(own, theirs.level))
    throw new AppError('role_level');
  if (account.home !== null) {
    const giver = await giverIn(deps.access, tx.em, actor, account.home);
    if (!giver.mayGiveNamed(role)) throw new AppError('role_level');
  }
  if (account.slug === role) return;
  const now = deps.clock.now();
  await setPrimaryRole(tx.em, { userId, id: deps.ids.uuid(), slug: role, by: actor.userId, now });
  deps.audit.record(tx, {
    actor,
    action: 'user.role_changed',
    category: 'authorization',
    severity: isOfInstallation(level) || isOfInstallation(account.level) ? 'critical' : 'high',
    organizationId: account.home,
    resourceType: 'user',
    resourceId: userId,
    old: { role: account.slug },
    new: { role },
  });
  await deps.notices.send(tx, 'access.changed', { userId });
}
