import type { EntityManager } from '@mikro-orm/postgresql';
import type { CatalogueQuery } from '../../shared/courses/catalogue.ts';
import { arrayOf } from '../kernel/db/array.ts';
import { isOfferedCategory } from './categories/categories.repository.ts';
import type { EnrollmentStatus, PaymentStatus } from './enrollment.ts';

/** A course as somebody finds it, with how they are in it. */
export interface OfferRow {
  id: string;
  code: string | null;
  title: string;
  subtitle: string | null;
  description: string;
  instructor_id: string;
  instructor: string;
  difficulty_level: 'beginner' | 'intermediate' | 'advanced' | 'expert';
  language: string;
  enrollment_count: number;
  places_left: number | null;
  visibility: string;
  requires_approval: boolean;
  categories: string[] | null;
  enrollment_status: EnrollmentStatus | null;
  enrollment_type: string | null;
  payment_status: PaymentStatus | null;
  enrollment_expires_at: Date | null;
  withdrawn_at: Date | null;
  withdrawal_reason: string | null;
}

/** The categories that count for an organization: its own and those of the installation, as far as they are offered. */
const usable = (organization: string): string =>
  `(k.organization_id is null or k.organization_id = ${organization}) and ${isOfferedCategory}`;

/** What {@link isListed} says, of a course `c`. */
const listed = `c.deleted_at is null and c.status = 'published' and c.visibility <> 'private' and c.pricing_type = 'free'`;

const offerColumns = `c.id, c.code, c.title, c.subtitle, c.description, c.instructor_id, u.display_name as instructor,
  c.difficulty_level, c.language, c.enrollment_count, c.visibility, c.requires_approval,
  case when c.max_enrollments is not null then greatest(c.max_enrollments - c.enrollment_count, 0) end as places_left,
  (select json_agg(k.name order by l.is_primary desc, k.sort_order, k.name) from course_category_links l
   join course_categories k on k.id = l.category_id where l.course_id = c.id and ${usable('c.organization_id')}) as categories,
  e.status as enrollment_status, e.enrollment_type, e.payment_status, e.expires_at as enrollment_expires_at,
  e.withdrawn_at, e.withdrawal_reason`;

/** Of a course `c`, its teacher and the enrolment of somebody (the one parameter). */
const offerJoins = `join users u on u.id = c.instructor_id
  left join enrollments e on e.course_id = c.id and e.user_id = ? and e.deleted_at is null`;

/** One course as somebody finds it, whether it is offered to them or not. */
export async function offerOf(em: EntityManager, userId: string, courseId: string): Promise<OfferRow | null> {
  const [row] = await em.execute<OfferRow[]>(
    `select ${offerColumns} from courses c ${offerJoins} where c.id = ? and c.deleted_at is null`,
    [userId, courseId],
  );
  return row ?? null;
}

/** A query for titles (weight A of what is searched) in which words begin so. Of letters and digits alone, which need no quotes. */
const beginnings = (q: string): string =>
  (q.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `${word}:*A`).join(' & ');

/** One page of the courses that an organization offers to its members, the newest first. */
export async function offers(
  em: EntityManager,
  userId: string,
  organizationId: string,
  { q, categoryId, difficulty, cursor, limit }: CatalogueQuery,
): Promise<OfferRow[]> {
  const filters: [string, unknown[]][] = [];
  if (categoryId !== undefined)
    filters.push([
      `and c.id in (select l.course_id from course_category_links l where l.category_id in (
         with recursive within(id) as (
           select k.id from course_categories k where k.id = ? and ${usable('?')}
           union select k.id from course_categories k join within on k.parent_id = within.id where ${usable('?')}
         ) select id from within))`,
      [categoryId, organizationId, organizationId],
    ]);
  if (difficulty !== undefined) filters.push(['and c.difficulty_level = ?', [difficulty]]);
  if (q)
    filters.push([
      // Each half from its own index; as one condition it would be tried on every course until a page is full.
      `and c.id in (
         select f.id from courses f where f.search @@
           (websearch_to_tsquery('simple', ?) || websearch_to_tsquery('english', ?) || to_tsquery('simple', ?))
         union select f.id from courses f where f.deleted_at is null and starts_with(lower(f.code) collate "C", lower(?)))`,
      [q, q, beginnings(q), q],
    ]);
  if (cursor !== undefined)
    filters.push([
      'and (c.published_at, c.id) < (select published_at, id from courses where id = ? and organization_id = ?)',
      [cursor, organizationId],
    ]);
  return em.execute<OfferRow[]>(
    `with page as (
       select c.id from courses c where c.organization_id = ? and ${listed} ${filters.map(([sql]) => sql).join(' ')}
       order by c.published_at desc, c.id desc limit ?
     ) select ${offerColumns} from page join courses c on c.id = page.id ${offerJoins} order by c.published_at desc, c.id desc`,
    [organizationId, ...filters.flatMap(([, values]) => values), limit, userId],
  );
}

/** The categories of an organization in which, or below which, something is offered, in the order of their tree. */
export async function offeredCategories(
  em: EntityManager,
  organizationId: string,
): Promise<{ id: string; path: string[] }[]> {
  return em.execute(
    `with recursive tree(id, path, place) as (
       select k.id, array[k.name], array[(k.sort_order, k.name)] from course_categories k where k.parent_id is null and ${usable('?')}
       union all select k.id, tree.path || k.name, tree.place || (k.sort_order, k.name)
       from course_categories k join tree on k.parent_id = tree.id where ${usable('?')} and cardinality(tree.path) < 20
     ), used(id) as (
       select tree.id from tree cross join lateral (select 1 from course_category_links l join courses c on c.id = l.course_id
         where l.category_id = tree.id and c.organization_id = ? and ${listed} limit 1) one
       union select k.parent_id from course_categories k join used on used.id = k.id where k.parent_id is not null
     )
     select tree.id, tree.path from tree join used on used.id = tree.id order by tree.place`,
    [organizationId, organizationId, organizationId],
  );
}

/**
 * The courses that an organization offers and that fit what somebody is interested in: those of the interest that they put first
 * come first, then those that fit several, then those that many are in. None that they are in, ask for, were declined from or
 * teach, and none without a place. A category stands for those below it too; a word is looked for in what a course says of
 * itself and in the names of its categories.
 */
export async function recommended(
  em: EntityManager,
  userId: string,
  organizationId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<(OfferRow & { because: string })[]> {
  const here = `c.organization_id = ? and ${listed}`;
  return em.execute(
    `with recursive wanted as (
       select i.id, i.priority, coalesce(i.interest_name, k.name) as name, k.id as category_id, plainto_tsquery('english', i.interest_name) as words
       from user_interests i left join course_categories k on k.id = i.category_id and ${usable('?')} where i.user_id = ?
     ), tree(interest_id, id) as (
       select w.id, w.category_id from wanted w where w.category_id is not null
       union select tree.interest_id, k.id from course_categories k join tree on k.parent_id = tree.id where ${usable('?')}
     ), fits(interest_id, course_id) as (
       select tree.interest_id, l.course_id from tree join course_category_links l on l.category_id = tree.id
       union select w.id, c.id from wanted w join courses c on c.search @@ w.words where ${here}
       union select w.id, c.id from wanted w join courses c on lectern_tsv(c.subtitle) @@ w.words where ${here}
       union select w.id, l.course_id from wanted w join course_categories k on to_tsvector('english', k.name) @@ w.words and ${usable('?')}
       join course_category_links l on l.category_id = k.id
     ), ranked as (
       select f.course_id, max(w.priority) as priority, count(*) as fitting, (array_agg(w.name order by w.priority desc, w.id))[1] as because
       from fits f join wanted w on w.id = f.interest_id group by f.course_id
     )
     select ${offerColumns}, r.because from ranked r join courses c on c.id = r.course_id ${offerJoins}
     where ${here} and (c.max_enrollments is null or c.enrollment_count < c.max_enrollments) and c.instructor_id <> ?
       and (e.status is null or e.status in ('withdrawn', 'expired'))
       and not exists (select 1 from user_roles a where a.user_id = ? and a.context_type = 'course' and a.context_id = c.id
         and a.revoked_at is null and (a.expires_at is null or a.expires_at > ?))
     order by r.priority desc, r.fitting desc, c.enrollment_count desc, c.id limit ?`,
    [
      organizationId,
      userId,
      organizationId,
      organizationId,
      organizationId,
      organizationId,
      userId,
      organizationId,
      userId,
      userId,
      now,
      limit,
    ],
  );
}

/** Somebody who asks for a place. */
export interface RequestRow {
  id: string;
  user_id: string;
  display_name: string;
  enrolled_at: Date;
}

const waiting = `from enrollments e join users u on u.id = e.user_id and u.deleted_at is null
  where e.course_id = ? and e.status = 'pending_approval' and e.deleted_at is null`;

/** How many ask for a place in each of some courses; a course where nobody does is not in the map. */
export async function requestCounts(
  em: EntityManager,
  courseIds: readonly string[],
): Promise<Map<string, number>> {
  if (courseIds.length === 0) return new Map();
  const rows = await em.execute<{ course_id: string; total: number }[]>(
    `select e.course_id, count(*)::int as total from enrollments e join users u on u.id = e.user_id and u.deleted_at is null
     where e.course_id = any(?::uuid[]) and e.status = 'pending_approval' and e.deleted_at is null group by e.course_id`,
    [arrayOf(courseIds)],
  );
  return new Map(rows.map((row) => [row.course_id, row.total]));
}

/** One page of those who ask for a place in a course, and how many there are; who asked first comes first. */
export async function requestsFor(
  em: EntityManager,
  courseId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ rows: RequestRow[]; total: number }> {
  const after =
    'and (e.enrolled_at, e.id) > (select enrolled_at, id from enrollments where id = ? and course_id = ?)';
  const rows = await em.execute<RequestRow[]>(
    `select e.id, e.user_id, u.display_name, e.enrolled_at ${waiting} ${cursor === undefined ? '' : after}
     order by e.enrolled_at, e.id limit ?`,
    [courseId, ...(cursor === undefined ? [] : [cursor, courseId]), limit],
  );
  const [counted] = await em.execute<{ total: number }[]>(`select count(*)::int as total ${waiting}`, [
    courseId,
  ]);
  return { rows, total: counted?.total ?? 0 };
}
