import type { EntityManager } from '@mikro-orm/postgresql';
import type { CourseDetail, CourseStanding, CourseView } from '../../shared/courses/contract.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Database } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import type { CourseCategoryService } from './categories/course-categories.service.ts';
import { requestCounts } from './catalogue.repository.ts';
import { Course } from './course.entity.ts';
import { displayNames } from '../identity/index.ts';
import type { Access, Who } from '../identity/index.ts';
import { isOpen, standingAsks, standingOf } from './courses.policy.ts';
import { presentCourse } from './courses.presenter.ts';
import { candidates } from './courses.repository.ts';

/** A course somebody may see, and as what. */
interface Seen {
  courseId: string;
  standing: CourseStanding;
  /** Whether they answer those who ask for a place. */
  approves: boolean;
}

/** What is asked to show somebody a course of theirs. */
const viewAsks = [...standingAsks, 'enrollment.approve'] as const;

/** Reading courses: who sees which, and as what. */
export class CourseService {
  readonly #db: Database;
  readonly #access: Access;
  readonly #categories: CourseCategoryService;

  constructor(deps: { db: Database; access: Access; categories: CourseCategoryService }) {
    this.#db = deps.db;
    this.#access = deps.access;
    this.#categories = deps.categories;
  }

  async standing(em: EntityManager, who: Who, courseId: string): Promise<CourseStanding | null> {
    const rights = await this.#access.rights(em, who, standingAsks, { type: 'course', id: courseId });
    return rights && standingOf(rights);
  }

  async courseIdsOf(em: EntityManager, who: Who, organizationId: string | null = null): Promise<string[]> {
    return (await this.#seen(em, who, organizationId)).map(({ courseId }) => courseId);
  }

  /** One page of the person's courses where they work now, oldest first; `cursor` is the last course of the page before. */
  async mine(
    actor: UserActor,
    page: { cursor?: string; limit: number },
  ): Promise<{ items: CourseView[]; nextCursor: string | null }> {
    const em = this.#db.em();
    const { cursor = '', limit } = page;
    const seen = await this.#seen(em, actor, actor.organizationId);
    const rest = seen.filter(({ courseId }) => courseId > cursor);
    const shown = rest.slice(0, limit);
    const items = await this.#views(em, shown);
    return { items, nextCursor: rest.length > limit ? (shown.at(-1)?.courseId ?? null) : null };
  }

  /** @throws AppError not_found, also for a course that exists and is not the person's to see */
  async get(actor: UserActor, courseId: string): Promise<CourseDetail> {
    const em = this.#db.em();
    const asks = [...viewAsks, 'enrollment.manage', 'course.update'] as const;
    const rights = await this.#access.rights(em, actor, asks, { type: 'course', id: courseId });
    const standing = rights && standingOf(rights);
    const course = standing && (await em.findOne(Course, { id: courseId }));
    if (!course) throw new AppError('not_found');
    const [view] = await this.#views(em, [
      { courseId, standing, approves: rights.may('enrollment.approve') },
    ]);
    if (!view) throw new AppError('not_found');
    return {
      ...view,
      organizationId: course.organizationId,
      canManageEnrollments: rights.may('enrollment.manage'),
      isOpen: isOpen(course),
      canUpdate: rights.may('course.update'),
      categories: await this.#categories.of(em, courseId),
    };
  }

  async titles(em: EntityManager, courseIds: readonly string[]): Promise<Map<string, string>> {
    if (courseIds.length === 0) return new Map();
    const courses = await em.find(Course, { id: { $in: [...courseIds] } }, { fields: ['title'] });
    return new Map(courses.map((course) => [course.id, course.title]));
  }

  async organizationOf(em: EntityManager, courseId: string): Promise<string | null> {
    const course = await em.findOne(Course, { id: courseId }, { fields: ['organizationId'] });
    return course?.organizationId ?? null;
  }

  /** @param organizationId null: of every organization */
  async #seen(em: EntityManager, who: Who, organizationId: string | null): Promise<Seen[]> {
    const ids = await candidates(em, who.userId);
    const rights = await this.#access.rightsTo(em, who, viewAsks, 'course', ids);
    return ids.flatMap((courseId) => {
      const one = rights.get(courseId);
      const standing = one && standingOf(one);
      // The screens show where the person works now; what is elsewhere is one switch away.
      if (organizationId !== null && one?.organizationId !== organizationId) return [];
      return standing ? [{ courseId, standing, approves: one.may('enrollment.approve') }] : [];
    });
  }

  async #views(em: EntityManager, seen: readonly Seen[]): Promise<CourseView[]> {
    if (seen.length === 0) return [];
    const courses = await em.find(Course, { id: { $in: seen.map(({ courseId }) => courseId) } });
    const byId = new Map(courses.map((course) => [course.id, course]));
    const names = await displayNames(
      em,
      courses.map((course) => course.instructorId),
    );
    const answered = seen.filter(({ approves }) => approves).map(({ courseId }) => courseId);
    const waiting = await requestCounts(em, answered);
    return seen.flatMap(({ courseId, standing, approves }) => {
      const course = byId.get(courseId);
      if (!course) return [];
      const requests = approves ? (waiting.get(courseId) ?? 0) : null;
      return [presentCourse(course, names.get(course.instructorId) ?? '', standing, requests)];
    });
  }
}
