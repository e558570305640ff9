import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../kernel/db/array.ts';
import type { CategoryChanges, CategoryIcon, NewCategoryInput } from '../../../shared/courses/categories.ts';
import type { SubjectSource } from '../../identity/index.ts';

export interface CategoryRow {
  id: string;
  /** Null: of the installation. */
  organization_id: string | null;
  parent_id: string | null;
  name: string;
  slug: string;
  description: string | null;
  icon: CategoryIcon | null;
  color: string | null;
  sort_order: number;
  is_active: boolean;
}
export type CountedCategoryRow = CategoryRow & { courses_count: number };

const columns =
  'k.id, k.organization_id, k.parent_id, k.name, k.slug, k.description, k.icon, k.color, k.sort_order, k.is_active';

// Its parameter is the organization whose courses are counted: those of `isOffered` (courses.policy.ts).
const coursesCount = `(select count(*)::int from course_category_links l join courses c on c.id = l.course_id
  where l.category_id = k.id and c.organization_id = ?::uuid and c.deleted_at is null and c.status = 'published'
    and c.visibility = 'public') as courses_count`;

/** In this order siblings stand: those that all organizations have come first. */
const siblingOrder = 'k.organization_id is not null, k.sort_order, k.id';

/**
 * Whether a category `k` is offered: it is there, and neither it nor anything above it is inactive. Whose it is must be asked
 * besides.
 */
export const isOfferedCategory = `(k.deleted_at is null and not exists (
  with recursive up(parent_id, is_active) as (
    select k.parent_id, k.is_active
    union all select p.parent_id, p.is_active from course_categories p join up on p.id = up.parent_id
  ) select 1 from up where not is_active))`;

/** How rights see a category. */
export const categorySource: SubjectSource = {
  sql: `select k.id, k.organization_id from course_categories k where k.id = any(:ids::uuid[]) and k.deleted_at is null`,
  read: () => ({ contexts: [], relations: [] }),
};

const treeLock = `hashtext('course_categories.tree')`;

/** Trees of organizations hang on the one of the installation: they are changed one at a time. */
export async function lockTree(em: EntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(${treeLock})`);
}

/** Keeps categories as they are until the transaction ends. Taken before anything else is locked. */
export async function holdTree(em: EntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock_shared(${treeLock})`);
}

/** Everything an organization has, siblings in their order. */
export async function categoriesIn(em: EntityManager, organizationId: string): Promise<CountedCategoryRow[]> {
  return em.execute(
    `select ${columns}, ${coursesCount} from course_categories k
     where k.deleted_at is null and (k.organization_id = ? or k.organization_id is null) order by ${siblingOrder}`,
    [organizationId, organizationId],
  );
}

/** @param countedIn the organization whose courses are counted; null: none */
export async function findCategory(
  em: EntityManager,
  categoryId: string,
  countedIn: string | null = null,
): Promise<CountedCategoryRow | null> {
  const [row] = await em.execute<CountedCategoryRow[]>(
    `select ${columns}, ${coursesCount} from course_categories k where k.id = ? and k.deleted_at is null`,
    [countedIn, categoryId],
  );
  return row ?? null;
}

/** What is of one organization, or of the installation, without what it has from elsewhere. */
export async function categoriesOfScope(
  em: EntityManager,
  organizationId: string | null,
): Promise<CategoryRow[]> {
  return em.execute(
    `select ${columns} from course_categories k
     where k.deleted_at is null and k.organization_id is not distinct from ?::uuid order by ${siblingOrder}`,
    [organizationId],
  );
}

/** The category and all above it, the nearest first. */
export async function chainOf(em: EntityManager, categoryId: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `with recursive up(id, parent_id, depth) as (
       select id, parent_id, 0 from course_categories where id = ?
       union all select p.id, p.parent_id, up.depth + 1 from course_categories p join up on p.id = up.parent_id
     ) select id from up order by depth`,
    [categoryId],
  );
  return rows.map(({ id }) => id);
}

/** How many levels a category has, itself among them, whichever organization's they are. */
export async function levelsOf(em: EntityManager, categoryId: string): Promise<number> {
  const [row] = await em.execute<{ levels: number }[]>(
    `with recursive down(id, level) as (
       select ?::uuid, 1
       union all select k.id, down.level + 1 from course_categories k join down on k.parent_id = down.id where k.deleted_at is null
     ) select max(level)::int as levels from down`,
    [categoryId],
  );
  return row?.levels ?? 1;
}

export async function insertCategory(
  em: EntityManager,
  made: { id: string; organizationId: string | null },
  input: Required<NewCategoryInput>,
  now: Date,
): Promise<void> {
  await em.execute(
    `insert into course_categories (id, organization_id, parent_id, name, slug, description, icon, color, sort_order, is_active,
       created_at, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      made.id,
      made.organizationId,
      input.parentId,
      input.name,
      input.slug,
      input.description,
      input.icon,
      input.color,
      input.sortOrder,
      input.isActive,
      now,
      now,
    ],
  );
}

export async function setCategory(
  em: EntityManager,
  categoryId: string,
  input: Required<CategoryChanges>,
  now: Date,
): Promise<void> {
  await em.execute(
    `update course_categories set parent_id = ?, name = ?, slug = ?, description = ?, icon = ?, color = ?, sort_order = ?,
       is_active = ?, updated_at = ? where id = ?`,
    [
      input.parentId,
      input.name,
      input.slug,
      input.description,
      input.icon,
      input.color,
      input.sortOrder,
      input.isActive,
      now,
      categoryId,
    ],
  );
}

/** Numbers categories in the order of their ids here. */
export async function orderCategories(em: EntityManager, ids: readonly string[], now: Date): Promise<void> {
  await em.execute(
    `update course_categories k set sort_order = o.place, updated_at = ?
     from unnest(?::uuid[]) with ordinality as o(id, place) where k.id = o.id and k.sort_order <> o.place`,
    [now, arrayOf(ids)],
  );
}

/**
 * Takes a category away: what is below it moves up, courses and interests lose it, and where a course had it as the one it belongs
 * to most, the course's oldest other one is that.
 */
export async function deleteCategory(em: EntityManager, row: CategoryRow, now: Date): Promise<void> {
  await em.execute('update course_categories set parent_id = ?, updated_at = ? where parent_id = ?', [
    row.parent_id,
    now,
    row.id,
  ]);
  await em.execute('update course_categories set deleted_at = ?, updated_at = ? where id = ?', [
    now,
    now,
    row.id,
  ]);
  await em.execute('delete from user_interests where category_id = ?', [row.id]);
  const left = await em.execute<{ course_id: string }[]>(
    'with gone as (delete from course_category_links where category_id = ? returning course_id, is_primary) select course_id from gone where is_primary',
    [row.id],
  );
  await em.execute(
    `update course_category_links l set is_primary = true, updated_at = ? where l.course_id = any(?::uuid[]) and l.category_id = (
       select o.category_id from course_category_links o where o.course_id = l.course_id order by o.created_at, o.category_id limit 1)`,
    [now, arrayOf(left.map(({ course_id: id }) => id))],
  );
}

/** Names, by id, of those of some categories that are offered in any of some organizations. */
export async function offeredAmong(
  em: EntityManager,
  organizationIds: readonly string[],
  categoryIds: readonly string[],
): Promise<Map<string, string>> {
  if (categoryIds.length === 0) return new Map();
  const rows = await em.execute<{ id: string; name: string }[]>(
    `select k.id, k.name from course_categories k where k.id = any(?::uuid[])
       and (k.organization_id is null or k.organization_id = any(?::uuid[])) and ${isOfferedCategory}`,
    [arrayOf(categoryIds), arrayOf(organizationIds)],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

export interface CourseCategoryRow {
  id: string;
  name: string;
  icon: CategoryIcon | null;
  color: string | null;
  is_primary: boolean;
}

/** Those of the categories of a course that are offered, the one it belongs to most first. */
export async function categoriesOfCourse(em: EntityManager, courseId: string): Promise<CourseCategoryRow[]> {
  return em.execute(
    `select k.id, k.name, k.icon, k.color, l.is_primary from course_category_links l join course_categories k on k.id = l.category_id
     where l.course_id = ? and ${isOfferedCategory} order by l.is_primary desc, lower(k.name), k.id`,
    [courseId],
  );
}

/** The categories a course is in, offered or not, with the one it belongs to most first. */
export async function linksOfCourse(em: EntityManager, courseId: string): Promise<string[]> {
  const rows = await em.execute<{ category_id: string }[]>(
    'select category_id from course_category_links where course_id = ? order by is_primary desc, category_id',
    [courseId],
  );
  return rows.map(({ category_id: id }) => id);
}

/** Puts a course into these categories; what stays keeps its row. The first is the one it belongs to most. */
export async function replaceLinks(
  em: EntityManager,
  courseId: string,
  categoryIds: readonly string[],
  now: Date,
): Promise<void> {
  const ids = arrayOf(categoryIds);
  await em.execute(
    'delete from course_category_links where course_id = ? and category_id <> all(?::uuid[])',
    [courseId, ids],
  );
  // One can be the first at a time: the old one goes before the new one comes.
  await em.execute(
    'update course_category_links set is_primary = false, updated_at = ? where course_id = ? and is_primary',
    [now, courseId],
  );
  await em.execute(
    `insert into course_category_links (course_id, category_id, is_primary, created_at, updated_at)
     select ?, o.id, o.place = 1, ?, ? from unnest(?::uuid[]) with ordinality as o(id, place)
     on conflict (course_id, category_id) do update set is_primary = excluded.is_primary, updated_at = excluded.updated_at
     where course_category_links.is_primary <> excluded.is_primary`,
    [courseId, now, now, ids],
  );
}
