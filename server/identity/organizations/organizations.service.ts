import type { EntityManager } from '@mikro-orm/postgresql';
import { deepestTree } from '../../../shared/identity/organizations.ts';
import type {
  NewOrganizationInput,
  OrganizationChanges,
  OrganizationDetailView,
  OrganizationView,
  SignInPageView,
  TreeNodeView,
} from '../../../shared/identity/organizations.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { sqlState } from '../../kernel/db/database.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Subject } from '../access/access.ts';
import type { AreaDeps } from '../deps.ts';
import { join } from './joining.ts';
import {
  chainOf,
  findOrganization,
  freeChildren,
  insertOrganization,
  listDeleted,
  listOrganizations,
  lockTree,
  organizationBySlug,
  parentOf,
  setOrganization,
  treeOf,
} from './organizations.repository.ts';
import type { OrganizationDetailRow } from './organizations.repository.ts';
import {
  presentDetail,
  presentNode,
  presentOrganization,
  presentSignInPage,
} from './organizations.presenter.ts';
import { readCursor, writeCursor } from './place.ts';

/** The organization that accounts without another one are made in; the code knows it by this name. */
const defaultSlug = 'default';

const installation: Subject = { type: 'system' };
const organization = (id: string): Subject => ({ type: 'organization', id });

/** Organizations and their tree. */
export class OrganizationService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** For whoever has not signed in. @throws AppError not_found */
  async signInPage(slug: string): Promise<SignInPageView> {
    const found = await organizationBySlug(this.#deps.db.em(), slug);
    if (!found) throw new AppError('not_found');
    return presentSignInPage(found);
  }

  async list(
    actor: UserActor,
    filter: { q?: string; deleted: 'true' | 'false'; cursor?: string; limit: number },
  ): Promise<{ items: OrganizationView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    const all = await this.#can(em, actor, 'organization.read', installation);
    if (filter.deleted === 'true') return { items: await this.#restorable(em, actor, all), nextCursor: null };
    const after = readCursor(filter.cursor);
    const { q, limit } = filter;
    const rows = await listOrganizations(em, actor.userId, { q, all, limit }, after);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map(presentOrganization),
      nextCursor: last && rows.length > limit ? writeCursor({ key: last.sort_key, id: last.id }) : null,
    };
  }

  async get(actor: UserActor, organizationId: string): Promise<OrganizationDetailView> {
    const em = this.#deps.db.em();
    await this.#requireRead(em, actor, organizationId);
    return this.#present(em, actor, organizationId);
  }

  async tree(actor: UserActor, organizationId: string): Promise<{ items: TreeNodeView[] }> {
    const em = this.#deps.db.em();
    await this.#requireRead(em, actor, organizationId);
    return { items: (await treeOf(em, organizationId, actor.userId)).map(presentNode) };
  }

  /** The creator becomes the owner. @throws AppError already_exists (slug), tree_too_deep */
  async create(actor: UserActor, input: NewOrganizationInput): Promise<OrganizationDetailView> {
    const { db, clock, ids } = this.#deps;
    const id = ids.uuid();
    await this.#transaction(async (tx) => {
      const above = input.parentId === null ? installation : organization(input.parentId);
      await this.#require(tx.em, actor, 'organization.manage', above);
      await this.#fits(tx, id, input.parentId);
      const now = clock.now();
      await insertOrganization(tx.em, { id, ...columnsOf(input), created_at: now, updated_at: now });
      await join(this.#deps, tx, {
        userId: actor.userId,
        organizationId: id,
        role: 'owner',
        by: actor.userId,
      });
      this.#audit(tx, actor, id, 'organization.created', {
        new: { name: input.name, slug: input.slug, parentId: input.parentId },
      });
    });
    return this.#present(db.em(), actor, id);
  }

  /** @throws AppError already_exists (slug), cycle, tree_too_deep, system_object */
  async update(
    actor: UserActor,
    organizationId: string,
    changes: OrganizationChanges,
  ): Promise<OrganizationDetailView> {
    const { db, clock } = this.#deps;
    await this.#transaction(async (tx) => {
      await this.#require(tx.em, actor, 'organization.manage', organization(organizationId));
      const before = await this.#load(tx.em, actor, organizationId, 'for no key update of o');
      if (changes.slug !== undefined && changes.slug !== before.slug && before.slug === defaultSlug)
        throw new AppError('system_object');
      if (changes.parentId !== undefined && changes.parentId !== before.parent_id)
        await this.#move(tx, actor, organizationId, changes.parentId);
      const changed = changedColumns(columnsOf(changes), before);
      if (Object.keys(changed).length === 0) return;
      await setOrganization(tx.em, organizationId, changed, clock.now());
      this.#audit(tx, actor, organizationId, 'organization.updated', {
        old: pick(before, Object.keys(changed)),
        new: 'settings' in changed ? { ...changed, settings: changes.settings } : changed,
      });
      if ('parent_id' in changed) await this.#tell(tx, organizationId);
    });
    return this.#present(db.em(), actor, organizationId);
  }

  async suspend(
    actor: UserActor,
    organizationId: string,
    status: 'suspended' | 'inactive',
  ): Promise<OrganizationDetailView> {
    return this.#setStatus(actor, organizationId, status, 'organization.suspended');
  }

  async reactivate(actor: UserActor, organizationId: string): Promise<OrganizationDetailView> {
    return this.#setStatus(actor, organizationId, 'active', 'organization.reactivated');
  }

  /** @throws AppError system_object */
  async remove(actor: UserActor, organizationId: string): Promise<void> {
    const { db, clock } = this.#deps;
    await db.transaction(async (tx) => {
      await lockTree(tx.em);
      const before = await this.#load(tx.em, actor, organizationId, 'for no key update of o');
      await this.#requireGovern(tx.em, actor, before);
      if (before.deleted_at !== null) throw new AppError('not_found');
      if (before.slug === defaultSlug) throw new AppError('system_object');
      const now = clock.now();
      await setOrganization(tx.em, organizationId, { deleted_at: now }, now);
      const freed = await freeChildren(tx.em, organizationId, now);
      this.#audit(tx, actor, organizationId, 'organization.deleted', {
        old: { name: before.name, slug: before.slug, children: freed },
      });
      for (const id of [organizationId, ...freed]) await this.#tell(tx, id);
    });
  }

  /** @throws AppError conflict when it is not deleted, already_exists when its slug is taken now */
  async restore(actor: UserActor, organizationId: string): Promise<OrganizationDetailView> {
    const { db, clock } = this.#deps;
    await this.#transaction(async (tx) => {
      await lockTree(tx.em);
      const before = await this.#load(tx.em, actor, organizationId, 'for no key update of o');
      await this.#requireGovern(tx.em, actor, before);
      if (before.deleted_at === null) throw new AppError('conflict');
      const parentId = await parentOf(tx.em, organizationId);
      await this.#fits(tx, organizationId, parentId);
      await setOrganization(tx.em, organizationId, { deleted_at: null, parent_id: parentId }, clock.now());
      this.#audit(tx, actor, organizationId, 'organization.restored', { new: { name: before.name } });
    });
    return this.#present(db.em(), actor, organizationId);
  }

  async #setStatus(
    actor: UserActor,
    organizationId: string,
    status: OrganizationDetailRow['status'],
    action: string,
  ): Promise<OrganizationDetailView> {
    const { db, clock } = this.#deps;
    await db.transaction(async (tx) => {
      const before = await this.#load(tx.em, actor, organizationId, 'for no key update of o');
      await this.#requireGovern(tx.em, actor, before);
      if (before.deleted_at !== null) throw new AppError('not_found');
      if (before.status === status) throw new AppError('conflict');
      await setOrganization(tx.em, organizationId, { status }, clock.now());
      this.#audit(
        tx,
        actor,
        organizationId,
        action,
        { old: { status: before.status }, new: { status } },
        'high',
      );
      await this.#tell(tx, organizationId);
    });
    return this.#present(db.em(), actor, organizationId);
  }

  /** Both sides of a move have to agree: where it is taken from, and where it is put to. */
  async #move(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    parentId: string | null,
  ): Promise<void> {
    await lockTree(tx.em);
    const from = await parentOf(tx.em, organizationId);
    await this.#require(
      tx.em,
      actor,
      'organization.manage',
      from === null ? installation : organization(from),
    );
    await this.#require(
      tx.em,
      actor,
      'organization.manage',
      parentId === null ? installation : organization(parentId),
    );
    await this.#fits(tx, organizationId, parentId);
  }

  /** @throws AppError cycle, tree_too_deep */
  async #fits(tx: Transaction, organizationId: string, parentId: string | null): Promise<void> {
    if (parentId === null) return;
    await lockTree(tx.em);
    const above = await chainOf(tx.em, parentId);
    if (above.includes(organizationId)) throw new AppError('cycle');
    const below = await treeOf(tx.em, organizationId, organizationId);
    const height = Math.max(0, ...below.map(({ depth }) => depth)) + 1;
    if (above.length + height > deepestTree) throw new AppError('tree_too_deep');
  }

  /** Whoever manages what a closed organization is part of still sees it: otherwise nobody could open it again. */
  async #requireRead(em: EntityManager, actor: UserActor, organizationId: string): Promise<void> {
    const subject = organization(organizationId);
    if (await this.#can(em, actor, 'organization.read', subject)) return;
    const row = await findOrganization(em, organizationId, actor.userId);
    if (row && row.deleted_at === null && (await this.#governs(em, actor, organizationId))) return;
    await this.#require(em, actor, 'organization.read', subject);
  }

  /** @throws AppError not_found for strangers; forbidden and organization_suspended for its own people */
  async #requireGovern(em: EntityManager, actor: UserActor, row: OrganizationDetailRow): Promise<void> {
    if (await this.#governs(em, actor, row.id)) return;
    await this.#require(em, actor, 'organization.read', organization(row.id));
    throw new AppError('forbidden');
  }

  async #governs(em: EntityManager, actor: UserActor, organizationId: string): Promise<boolean> {
    const parentId = await parentOf(em, organizationId);
    const above = parentId === null ? installation : organization(parentId);
    return this.#can(em, actor, 'organization.manage', above);
  }

  async #restorable(em: EntityManager, actor: UserActor, all: boolean): Promise<OrganizationView[]> {
    const items: OrganizationView[] = [];
    for (const row of await listDeleted(em, actor.userId, all))
      if (await this.#governs(em, actor, row.id)) items.push(presentOrganization(row));
    return items;
  }

  async #load(
    em: EntityManager,
    actor: UserActor,
    organizationId: string,
    lock: '' | 'for no key update of o' = '',
  ): Promise<OrganizationDetailRow> {
    const row = await findOrganization(em, organizationId, actor.userId, lock);
    if (!row) throw new AppError('not_found');
    return row;
  }

  async #present(
    em: EntityManager,
    actor: UserActor,
    organizationId: string,
  ): Promise<OrganizationDetailView> {
    const row = await this.#load(em, actor, organizationId);
    return presentDetail(row, {
      manage: await this.#can(em, actor, 'organization.manage', organization(organizationId)),
      govern: await this.#governs(em, actor, organizationId),
    });
  }

  #can(em: EntityManager, actor: UserActor, permission: Permission, subject: Subject): Promise<boolean> {
    return this.#deps.access.can(em, actor, permission, subject);
  }

  #require(em: EntityManager, actor: UserActor, permission: Permission, subject: Subject): Promise<void> {
    return this.#deps.access.require(em, actor, permission, subject);
  }

  /** Rights in it, and in what is below it, are not what they were: whoever holds sockets asks again. */
  #tell(tx: Transaction, organizationId: string): Promise<void> {
    return this.#deps.notices.send(tx, 'access.changed', { organizationId });
  }

  #audit(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    action: string,
    values: { old?: Record<string, unknown>; new?: Record<string, unknown> },
    severity: 'medium' | 'high' = 'medium',
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'data_change',
      severity,
      organizationId,
      resourceType: 'organization',
      resourceId: organizationId,
      ...values,
    });
  }

  /** Two organizations that take the same slug at the same time: one of them is told so. */
  async #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.#deps.db.transaction(work);
    } catch (error) {
      if (sqlState(error) !== '23505' || !String(error).includes('organizations_slug_unique')) throw error;
      throw new AppError('already_exists', { field: 'slug' }, { cause: error });
    }
  }
}

const columnNames = {
  parentId: 'parent_id',
  name: 'name',
  slug: 'slug',
  type: 'type',
  description: 'description',
  timezone: 'timezone',
  locale: 'locale',
  website: 'website',
  phone: 'phone',
  email: 'email',
  addressLine1: 'address_line_1',
  addressLine2: 'address_line_2',
  city: 'city',
  stateProvince: 'state_province',
  postalCode: 'postal_code',
  country: 'country',
} as const satisfies Partial<Record<keyof OrganizationChanges, string>>;

/** What was given, by column. */
function columnsOf(input: OrganizationChanges): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(columnNames)) {
    const value = input[name as keyof typeof columnNames];
    if (value !== undefined) columns[column] = value === '' ? null : value;
  }
  if (input.settings !== undefined) columns['settings'] = JSON.stringify(input.settings);
  return columns;
}

const changedColumns = (
  next: Record<string, unknown>,
  before: OrganizationDetailRow,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(next).filter(([name, value]) => {
      const old = before[name as keyof OrganizationDetailRow];
      return name === 'settings' ? JSON.stringify(old) !== value : old !== value;
    }),
  );

const pick = (row: OrganizationDetailRow, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, row[name as keyof OrganizationDetailRow]]));
