import type { EntityManager } from '@mikro-orm/postgresql';
import type { MeView } from '../../../shared/identity/contract.ts';
import type {
  MemberChanges,
  MemberFilter,
  MemberView,
  MyMembershipView,
} from '../../../shared/identity/organizations.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { AccountService } from '../accounts/accounts.service.ts';
import type { AreaDeps } from '../deps.ts';
import { ensurePrimary, keepAdminRole, mayMakePrimary, takeEverything } from './joining.ts';
import { losesLastOwner, mayGive, mayTouch } from './membership.ts';
import {
  findMember,
  listMembers,
  lockPerson,
  membershipIn,
  membershipsOf,
  otherOwners,
  setMembership,
  setPrimary,
} from './memberships.repository.ts';
import type { MembershipRow, MyMembershipRow } from './memberships.repository.ts';
import { findOrganization } from './organizations.repository.ts';
import { presentMember, presentMine } from './organizations.presenter.ts';
import { readCursor, writeCursor } from './place.ts';
import { levelIn, standingIn } from './standing.ts';

/** Who belongs to which organization, and as what. */
export class MembershipService {
  readonly #deps: AreaDeps;
  readonly #accounts: AccountService;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
    this.#accounts = new AccountService(deps);
  }

  async list(
    actor: UserActor,
    organizationId: string,
    filter: MemberFilter,
  ): Promise<{ items: MemberView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, 'user.read', organizationId);
    const rows = await listMembers(em, organizationId, filter, readCursor(filter.cursor));
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(presentMember),
      nextCursor:
        last && rows.length > filter.limit ? writeCursor({ key: last.sort_key, id: last.id }) : null,
    };
  }

  /** @throws AppError role_level, last_owner, own_account (one's own status), conflict (has left) */
  async update(
    actor: UserActor,
    organizationId: string,
    membershipId: string,
    changes: MemberChanges,
  ): Promise<MemberView> {
    const { db, clock } = this.#deps;
    await db.transaction(async (tx) => {
      const { member, mine } = await this.#loadForChange(tx, actor, organizationId, membershipId);
      const { role = member.role, status = member.status } = changes;
      const title = changes.title === undefined ? member.title : changes.title;
      if (!mayGive(mine, role)) throw new AppError('role_level');
      if (status !== member.status && member.user_id === actor.userId) throw new AppError('own_account');
      await this.#keepOwner(tx, member, { role, active: status === 'active' });
      const changed = changesOf(member, { role, status, title });
      if (Object.keys(changed).length === 0) return;
      await setMembership(tx.em, membershipId, changed, clock.now());
      const one = { userId: member.user_id, organizationId, by: actor.userId };
      await keepAdminRole(this.#deps, tx, one, member.role, role);
      this.#audit(tx, actor, member, 'membership.updated', {
        old: Object.fromEntries(Object.keys(changed).map((name) => [name, member[name as 'role']])),
        new: changed,
      });
      await this.#tell(tx, member);
    });
    return this.#present(db.em(), organizationId, membershipId);
  }

  /** @throws AppError role_level, last_owner, own_account (one leaves), conflict (has left) */
  async remove(actor: UserActor, organizationId: string, membershipId: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const { member } = await this.#loadForChange(tx, actor, organizationId, membershipId);
      if (member.user_id === actor.userId) throw new AppError('own_account');
      await this.#end(tx, actor, member, 'membership.removed');
    });
  }

  async mine(actor: UserActor): Promise<{ items: MyMembershipView[] }> {
    return { items: (await membershipsOf(this.#deps.db.em(), actor.userId)).map(presentMine) };
  }

  /** Also out of a suspended organization: nobody is held. @throws AppError last_owner */
  async leave(actor: UserActor, membershipId: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const member = await this.#own(tx, actor, membershipId);
      await findOrganization(tx.em, member.organization_id, actor.userId, 'for no key update of o');
      await this.#end(tx, actor, member, 'membership.left');
    });
  }

  /** @throws AppError organization_suspended, role_of_primary */
  async makePrimary(actor: UserActor, membershipId: string): Promise<{ items: MyMembershipView[] }> {
    await this.#deps.db.transaction(async (tx) => {
      const member = await this.#own(tx, actor, membershipId);
      if (member.status !== 'active') throw new AppError('not_found');
      if (member.is_primary) return;
      const { organization_id: organizationId } = member;
      await this.#require(tx.em, actor, 'organization.read', organizationId);
      if (!(await mayMakePrimary(this.#deps, tx, actor.userId, organizationId)))
        throw new AppError('role_of_primary');
      await setPrimary(tx.em, actor.userId, membershipId, this.#deps.clock.now());
      this.#audit(tx, actor, member, 'membership.made_primary', { new: { isPrimary: true } });
      await this.#deps.notices.send(tx, 'access.changed', { userId: actor.userId });
    });
    return this.mine(actor);
  }

  /** The organization that this sign-in works in from now on. @throws AppError not_found, organization_suspended */
  async switchTo(actor: UserActor, organizationId: string): Promise<MeView> {
    await this.#deps.db.transaction(async (tx) => {
      const member = await membershipIn(tx.em, actor.userId, organizationId);
      if (!member || member.status !== 'active') throw new AppError('not_found');
      await this.#require(tx.em, actor, 'organization.read', organizationId);
      const now = this.#deps.clock.now();
      await tx.em.execute(
        'update auth_sessions set active_organization_id = ?, updated_at = ? where id = ? and user_id = ?',
        [organizationId, now, actor.authSessionId, actor.userId],
      );
      this.#deps.audit.record(tx, {
        actor,
        action: 'session.organization_switched',
        category: 'authentication',
        severity: 'low',
        organizationId,
        resourceType: 'auth_session',
        resourceId: actor.authSessionId,
        old: { organizationId: actor.organizationId },
        new: { organizationId },
      });
    });
    return this.#accounts.me(actor.userId, organizationId);
  }

  /** Asks for the right, takes the organization's turn, and compares the two. */
  async #loadForChange(tx: Transaction, actor: UserActor, organizationId: string, membershipId: string) {
    await this.#require(tx.em, actor, 'organization.manage', organizationId);
    await findOrganization(tx.em, organizationId, actor.userId, 'for no key update of o');
    const member = await findMember(tx.em, organizationId, membershipId);
    if (!member) throw new AppError('not_found');
    if (member.left_at !== null) throw new AppError('conflict');
    const mine = await standingIn(this.#deps, tx.em, actor, organizationId);
    const level = await levelIn(this.#deps, tx.em, member.user_id, organizationId);
    if (member.user_id !== actor.userId && !mayTouch(mine, { role: member.role, level }))
      throw new AppError('role_level');
    return { member, mine };
  }

  /** A membership of one's own that stands. */
  async #own(tx: Transaction, actor: UserActor, membershipId: string): Promise<MyMembershipRow> {
    await lockPerson(tx.em, actor.userId);
    const own = (await membershipsOf(tx.em, actor.userId)).find(({ id }) => id === membershipId);
    if (!own || own.left_at !== null) throw new AppError('not_found');
    return own;
  }

  async #end(tx: Transaction, actor: UserActor, member: MembershipRow, action: string): Promise<void> {
    await this.#keepOwner(tx, member, { role: member.role, active: false });
    const { user_id: userId, organization_id: organizationId } = member;
    const now = this.#deps.clock.now();
    await lockPerson(tx.em, userId);
    await setMembership(tx.em, member.id, { left_at: now, is_primary: false }, now);
    const one = { userId, organizationId, by: actor.userId };
    const roles = await takeEverything(this.#deps, tx, one, 'membership_ended');
    await ensurePrimary(this.#deps, tx, userId);
    this.#audit(tx, actor, member, action, { old: { role: member.role, roles } });
    await this.#tell(tx, member);
  }

  /** @throws AppError last_owner */
  async #keepOwner(
    tx: Transaction,
    member: MembershipRow,
    after: { role: MembershipRow['role']; active: boolean },
  ): Promise<void> {
    const before = { role: member.role, active: member.status === 'active' };
    const others = await otherOwners(tx.em, member.organization_id, member.id);
    if (losesLastOwner(before, after, others)) throw new AppError('last_owner');
  }

  async #present(em: EntityManager, organizationId: string, membershipId: string): Promise<MemberView> {
    const member = await findMember(em, organizationId, membershipId);
    if (!member) throw new AppError('not_found');
    return presentMember(member);
  }

  #require(em: EntityManager, actor: UserActor, permission: Permission, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, permission, { type: 'organization', id });
  }

  #tell(tx: Transaction, member: MembershipRow): Promise<void> {
    const { user_id: userId, organization_id: organizationId } = member;
    return this.#deps.notices.send(tx, 'access.changed', { userId, organizationId });
  }

  #audit(
    tx: Transaction,
    actor: UserActor,
    member: MembershipRow,
    action: string,
    values: { old?: Record<string, unknown>; new?: Record<string, unknown> },
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'authorization',
      organizationId: member.organization_id,
      resourceType: 'user',
      resourceId: member.user_id,
      metadata: { membershipId: member.id },
      ...values,
    });
  }
}

const changesOf = (
  member: MembershipRow,
  next: Pick<MembershipRow, 'role' | 'status' | 'title'>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(next).filter(([name, value]) => member[name as keyof MembershipRow] !== value),
  );
