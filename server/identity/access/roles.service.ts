import type { NewRoleInput, RoleChanges, RoleView } from '../../../shared/identity/access.ts';
import { longestChain } from '../../../shared/identity/access.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { giverIn } from './giver.ts';
import { chainOf, makesCycle, whyNoChange } from './roles.policy.ts';
import { presentRole } from './roles.presenter.ts';
import {
  deleteRole,
  holdersIn,
  insertRole,
  isUsed,
  lockOrganization,
  rolesIn,
  rolesOf,
  setRole,
  setRules,
} from './roles.repository.ts';
import type { RoleRow } from './roles.repository.ts';

type Roles = ReadonlyMap<string, RoleRow>;

/** The roles of an organization. */
export class RoleService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async list(actor: UserActor, organizationId: string): Promise<{ items: RoleView[] }> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, 'role.read', organizationId);
    const roles = byId(await rolesIn(em, organizationId));
    const holders = await holdersIn(em, organizationId, this.#deps.clock.now());
    return { items: [...roles.values()].map((role) => presentRole(role, roles, holders.get(role.id) ?? 0)) };
  }

  /** @throws AppError role_level, already_exists, not_found (the parent) */
  async create(actor: UserActor, organizationId: string, input: NewRoleInput): Promise<RoleView> {
    const id = this.#deps.ids.uuid();
    await this.#deps.db.transaction(async (tx) => {
      await this.#require(tx.em, actor, 'role.manage', organizationId);
      await lockOrganization(tx.em, organizationId);
      const roles = byId(await rolesIn(tx.em, organizationId));
      const { permissions: says, ...fields } = input;
      const role: RoleRow = { ...fields, id, organizationId, type: 'custom', isSystem: false, says };
      assertFree(role, roles);
      await this.#assertMine(tx, actor, organizationId, role, roles);
      await insertRole(tx.em, { ...role, organizationId });
      await setRules(tx.em, id, says);
      this.#record(tx, actor, role, 'role.created', { new: auditable(role) });
    });
    return this.#one(organizationId, id);
  }

  /** @throws AppError role_level, own_account, already_exists, system_object, cycle, not_found */
  async update(
    actor: UserActor,
    organizationId: string,
    roleId: string,
    changes: RoleChanges,
  ): Promise<RoleView> {
    await this.#deps.db.transaction(async (tx) => {
      const { role, roles } = await this.#load(tx, actor, organizationId, roleId);
      const { permissions: says = role.says, ...fields } = changes;
      const next: RoleRow = { ...role, ...fields, says };
      assertFree(next, roles);
      if (makesCycle(roleId, next.parentRoleId, roles)) throw new AppError('cycle');
      await this.#assertMine(tx, actor, organizationId, next, roles);
      const before = auditable(role);
      const after = auditable(next);
      const changed = Object.keys(after).filter(
        (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
      );
      if (changed.length === 0) return;
      await setRole(tx.em, roleId, next, this.#deps.clock.now());
      if (changes.permissions) await setRules(tx.em, roleId, says);
      this.#record(tx, actor, role, 'role.updated', {
        old: pick(before, changed),
        new: pick(after, changed),
      });
      await this.#deps.notices.send(tx, 'access.changed', { organizationId });
    });
    return this.#one(organizationId, roleId);
  }

  /** @throws AppError role_level, system_object, in_use, not_found */
  async remove(actor: UserActor, organizationId: string, roleId: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const { role } = await this.#load(tx, actor, organizationId, roleId);
      const now = this.#deps.clock.now();
      if (await isUsed(tx.em, roleId, now)) throw new AppError('in_use');
      await deleteRole(tx.em, roleId, now);
      this.#record(tx, actor, role, 'role.removed', { old: auditable(role) });
    });
  }

  /** A role of the organization's own, for a change. */
  async #load(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    roleId: string,
  ): Promise<{ role: RoleRow; roles: Roles }> {
    await this.#require(tx.em, actor, 'role.manage', organizationId);
    await lockOrganization(tx.em, organizationId);
    const roles = byId(await rolesIn(tx.em, organizationId));
    const role = roles.get(roleId);
    if (!role) throw new AppError('not_found');
    if (role.organizationId === null || role.isSystem) throw new AppError('system_object');
    // Whoever cannot make such a role cannot touch it either.
    await this.#assertMine(tx, actor, organizationId, role, roles);
    return { role, roles };
  }

  /**
   * Nobody makes or touches a role above their own level, or one that may more than they themselves; a denial may be put anywhere.
   * @throws AppError role_level, own_account, cycle, not_found (the parent)
   */
  async #assertMine(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    role: RoleRow,
    roles: Roles,
  ): Promise<void> {
    if (role.parentRoleId !== null && !roles.has(role.parentRoleId)) throw new AppError('not_found');
    if (chainOf(role, roles).length > longestChain) throw new AppError('cycle');
    const giver = await giverIn(this.#deps.access, tx.em, actor, organizationId);
    const own = await rolesOf(tx.em, actor.userId);
    const why = whyNoChange(role, roles, giver, own);
    if (why) throw new AppError(why);
  }

  async #one(organizationId: string, roleId: string): Promise<RoleView> {
    const em = this.#deps.db.em();
    const roles = byId(await rolesIn(em, organizationId));
    const role = roles.get(roleId);
    if (!role) throw new AppError('not_found');
    const holders = await holdersIn(em, organizationId, this.#deps.clock.now());
    return presentRole(role, roles, holders.get(roleId) ?? 0);
  }

  #require(
    em: EntityManager,
    actor: UserActor,
    permission: Permission,
    organizationId: string,
  ): Promise<void> {
    return this.#deps.access.require(em, actor, permission, { type: 'organization', id: organizationId });
  }

  #record(
    tx: Transaction,
    actor: UserActor,
    role: RoleRow,
    action: string,
    values: { old?: Record<string, unknown>; new?: Record<string, unknown> },
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'authorization',
      severity: 'high',
      organizationId: role.organizationId,
      resourceType: 'role',
      resourceId: role.id,
      metadata: { slug: role.slug },
      ...values,
    });
  }
}

const byId = (roles: readonly RoleRow[]): Map<string, RoleRow> =>
  new Map(roles.map((role) => [role.id, role]));

/** @throws AppError already_exists */
function assertFree(role: RoleRow, roles: Roles): void {
  for (const other of roles.values()) {
    if (other.id === role.id) continue;
    // A slug is what the explorer names a role by, so it is unlike those of the installation too.
    if (other.slug === role.slug) throw new AppError('already_exists', { field: 'slug' });
    if (other.name.toLowerCase() === role.name.toLowerCase())
      throw new AppError('already_exists', { field: 'name' });
  }
}

const auditable = (role: RoleRow): Record<string, unknown> => ({
  name: role.name,
  description: role.description,
  level: role.level,
  parentRoleId: role.parentRoleId,
  allows: role.says.filter(({ granted }) => granted).map(({ slug }) => slug),
  denies: role.says.filter(({ granted }) => !granted).map(({ slug }) => slug),
});

const pick = (from: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, from[name]]));
