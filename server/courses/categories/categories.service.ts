import type { EntityManager } from '@mikro-orm/postgresql';
import { categoryLimits } from '../../../shared/courses/categories.ts';
import type {
  CategoryChanges,
  CategoryTree,
  CategoryView,
  NewCategoryInput,
} from '../../../shared/courses/categories.ts';
import type { Audit } from '../../audit/index.ts';
import type { Access, Subject } from '../../identity/index.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database, Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import { presentCategory, presentTree } from './categories.presenter.ts';
import {
  categoriesIn,
  categoriesOfScope,
  chainOf,
  deleteCategory,
  findCategory,
  insertCategory,
  levelsOf,
  lockTree,
  orderCategories,
  setCategory,
} from './categories.repository.ts';
import type { CategoryRow, CountedCategoryRow } from './categories.repository.ts';
import { readTree, slugFor } from './category-tree.ts';

interface Deps {
  db: Database;
  clock: Clock;
  ids: Ids;
  audit: Pick<Audit, 'record'>;
  access: Access;
}

/** The trees of categories: what each organization has of its own, and what all have. */
export class CategoryService {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws AppError not_found, organization_suspended */
  async list(actor: UserActor, organizationId: string): Promise<{ items: CategoryView[] }> {
    return { items: (await this.#shown(actor, organizationId)).map(presentCategory) };
  }

  /**
   * By its slug; where the organization and the installation have the same one, it is the organization's.
   * @throws AppError not_found, organization_suspended
   */
  async get(actor: UserActor, organizationId: string, slug: string): Promise<CategoryTree> {
    const shown = await this.#shown(actor, organizationId);
    const named = shown.filter((row) => row.slug === slug);
    const one = named.find((row) => row.organization_id !== null) ?? named[0];
    if (!one) throw new AppError('not_found');
    return presentTree(one, shown);
  }

  /**
   * @param organizationId null: of the installation
   * @throws AppError not_found (also the parent), forbidden, already_exists (name, slug), category_limit, tree_too_deep
   */
  async create(
    actor: UserActor,
    organizationId: string | null,
    input: NewCategoryInput,
  ): Promise<CategoryView> {
    const { db, ids, clock } = this.#deps;
    return db.transaction(async (tx) => {
      await this.#requireManage(tx.em, actor, organizationId);
      await lockTree(tx.em);
      const others = await categoriesOfScope(tx.em, organizationId);
      if (others.length >= categoryLimits.perScope) throw new AppError('category_limit');
      const slug = input.slug ?? slugFor(input.name, new Set(others.map((row) => row.slug)));
      const { sortOrder = lastPlace(others, input.parentId) } = input;
      const made = { ...input, slug, sortOrder };
      assertFree(made, others);
      if (made.parentId !== null) await assertParent(tx.em, organizationId, made.parentId, 1);
      const id = ids.uuid();
      await insertCategory(tx.em, { id, organizationId }, made, clock.now());
      const row = { id, organization_id: organizationId };
      this.#record(tx, actor, row, 'created', { new: made });
      return this.#view(tx.em, actor, row);
    });
  }

  /** @throws AppError not_found (also the parent), forbidden, already_exists (name, slug), cycle, tree_too_deep */
  async update(actor: UserActor, categoryId: string, changes: CategoryChanges): Promise<CategoryView> {
    return this.#change(actor, categoryId, async (tx, row, now) => {
      const others = (await categoriesOfScope(tx.em, row.organization_id)).filter(({ id }) => id !== row.id);
      const before = shapeOf(row);
      const moves = changes.parentId !== undefined && changes.parentId !== before.parentId;
      const after = {
        ...before,
        ...(moves ? { sortOrder: lastPlace(others, changes.parentId ?? null) } : {}),
        ...changes,
      };
      assertFree(after, others);
      if (moves && after.parentId !== null) {
        if ((await chainOf(tx.em, after.parentId)).includes(row.id)) throw new AppError('cycle');
        await assertParent(tx.em, row.organization_id, after.parentId, await levelsOf(tx.em, row.id));
      }
      const changed = namesOf(after).filter((name) => after[name] !== before[name]);
      if (changed.length > 0) {
        await setCategory(tx.em, row.id, after, now);
        this.#record(tx, actor, row, 'updated', { old: pick(before, changed), new: pick(after, changed) });
      }
      return this.#view(tx.em, actor, row);
    });
  }

  /** Among its siblings of the same scope; beyond the last one means the last. @throws AppError not_found, forbidden */
  async move(actor: UserActor, categoryId: string, place: number): Promise<CategoryView> {
    return this.#change(actor, categoryId, async (tx, row, now) => {
      const siblings = siblingsIn(await categoriesOfScope(tx.em, row.organization_id), row.parent_id);
      const before = siblings.map(({ id }) => id);
      const after = before.filter((id) => id !== row.id).toSpliced(place - 1, 0, row.id);
      if (after.join() !== before.join()) {
        await orderCategories(tx.em, after, now);
        this.#record(tx, actor, row, 'moved', {
          old: { place: before.indexOf(row.id) + 1 },
          new: { place: after.indexOf(row.id) + 1 },
        });
      }
      return this.#view(tx.em, actor, row);
    });
  }

  /** @throws AppError not_found, forbidden */
  async remove(actor: UserActor, categoryId: string): Promise<void> {
    await this.#change(actor, categoryId, async (tx, row, now) => {
      await deleteCategory(tx.em, row, now);
      this.#record(tx, actor, row, 'deleted', { old: shapeOf(row) });
    });
  }

  /** What somebody sees in an organization. */
  async #shown(actor: UserActor, organizationId: string): Promise<CountedCategoryRow[]> {
    const { db, access } = this.#deps;
    const em = db.em();
    const subject = { type: 'organization', id: organizationId } as const;
    await access.require(em, actor, 'organization.read', subject);
    const mayManage = await access.can(em, actor, 'category.manage', subject);
    return readTree(await categoriesIn(em, organizationId), (row) => mayManage || row.is_active);
  }

  /** Loads, asks for the right, and keeps others from changing any tree at the same time. */
  async #change<T>(
    actor: UserActor,
    categoryId: string,
    work: (tx: Transaction, row: CategoryRow, now: Date) => Promise<T>,
  ): Promise<T> {
    return this.#deps.db.transaction(async (tx) => {
      const found = await findCategory(tx.em, categoryId);
      if (!found) throw new AppError('not_found');
      await this.#requireManage(tx.em, actor, found.organization_id);
      await lockTree(tx.em);
      const row = await findCategory(tx.em, categoryId);
      if (!row) throw new AppError('not_found');
      return work(tx, row, this.#deps.clock.now());
    });
  }

  #requireManage(em: EntityManager, actor: UserActor, organizationId: string | null): Promise<void> {
    // Those of the installation everybody sees: who may not arrange them is told so.
    const subject: Subject =
      organizationId === null ? { type: 'system' } : { type: 'organization', id: organizationId };
    return this.#deps.access.require(em, actor, 'category.manage', subject);
  }

  async #view(
    em: EntityManager,
    actor: UserActor,
    { id, organization_id: organizationId }: Pick<CategoryRow, 'id' | 'organization_id'>,
  ): Promise<CategoryView> {
    const row = await findCategory(em, id, organizationId ?? actor.organizationId);
    if (!row) throw new AppError('not_found');
    return presentCategory(row);
  }

  #record(
    tx: Transaction,
    actor: UserActor,
    { id, organization_id: organizationId }: Pick<CategoryRow, 'id' | 'organization_id'>,
    what: string,
    values: { old?: Record<string, unknown>; new?: Record<string, unknown> },
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action: `category.${what}`,
      category: 'data_change',
      severity: 'low',
      organizationId,
      resourceType: 'category',
      resourceId: id,
      ...values,
    });
  }
}

type Shape = Required<CategoryChanges>;

const shapeOf = (row: CategoryRow): Shape => ({
  name: row.name,
  slug: row.slug,
  description: row.description,
  icon: row.icon,
  color: row.color,
  parentId: row.parent_id,
  sortOrder: row.sort_order,
  isActive: row.is_active,
});

const namesOf = (shape: Shape): (keyof Shape)[] => Object.keys(shape) as (keyof Shape)[];

const pick = (from: Shape, names: readonly (keyof Shape)[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, from[name]]));

const siblingsIn = (rows: readonly CategoryRow[], parentId: string | null): CategoryRow[] =>
  rows.filter((row) => row.parent_id === parentId);

const lastPlace = (others: readonly CategoryRow[], parentId: string | null): number =>
  Math.max(0, ...siblingsIn(others, parentId).map((row) => row.sort_order)) + 1;

/** People read names: one that differs in its capitals only is the same. @throws AppError already_exists */
function assertFree(one: Pick<Shape, 'name' | 'slug'>, others: readonly CategoryRow[]): void {
  const name = one.name.toLowerCase();
  if (others.some((row) => row.name.toLowerCase() === name))
    throw new AppError('already_exists', { field: 'name' });
  if (others.some((row) => row.slug === one.slug)) throw new AppError('already_exists', { field: 'slug' });
}

/**
 * What is of the installation stands below what is of the installation; what is an organization's, below its own too.
 * @param levels of what is to stand there
 * @throws AppError not_found, tree_too_deep
 */
async function assertParent(
  em: EntityManager,
  organizationId: string | null,
  parentId: string,
  levels: number,
): Promise<void> {
  const parent = await findCategory(em, parentId);
  if (!parent || ![null, organizationId].includes(parent.organization_id)) throw new AppError('not_found');
  const chain = await chainOf(em, parentId);
  if (chain.length + levels > categoryLimits.levels) throw new AppError('tree_too_deep');
}
