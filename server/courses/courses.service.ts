import type { EntityManager } from '@mikro-orm/postgresql';
import type { CourseStanding, CourseView } from '../../shared/courses/contract.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { Course } from './course.entity.ts';
import { standingOf } from './courses.policy.ts';
import { presentCourse } from './courses.presenter.ts';
import { displayNames, factsEverywhere, factsInCourse } from './courses.repository.ts';

/** A course somebody may see, and as what. */
interface Seen {
  courseId: string;
  standing: CourseStanding;
}

/** Reading courses: who sees which, and as what. */
export class CourseService {
  readonly #db: Database;
  readonly #clock: Clock;

  constructor(deps: { db: Database; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  async standing(em: EntityManager, userId: string, courseId: string): Promise<CourseStanding | null> {
    const now = this.#clock.now();
    const facts = await factsInCourse(em, userId, courseId, now);
    return facts && standingOf(facts, now);
  }

  async courseIdsOf(em: EntityManager, userId: string): Promise<string[]> {
    return (await this.#seen(em, userId)).map(({ courseId }) => courseId);
  }

  /** One page of the person's courses, oldest first; `cursor` is the last course of the page before. */
  async mine(
    actor: UserActor,
    page: { cursor?: string; limit: number },
  ): Promise<{ items: CourseView[]; nextCursor: string | null }> {
    const em = this.#db.em();
    const { cursor = '', limit } = page;
    const rest = (await this.#seen(em, actor.userId)).filter(({ courseId }) => courseId > cursor);
    const shown = rest.slice(0, limit);
    const items = await this.#views(em, shown);
    return { items, nextCursor: rest.length > limit ? (shown.at(-1)?.courseId ?? null) : null };
  }

  /** @throws AppError not_found, also for a course that exists and is not the person's to see */
  async get(actor: UserActor, courseId: string): Promise<CourseView> {
    const em = this.#db.em();
    const standing = await this.standing(em, actor.userId, courseId);
    const [view] = standing ? await this.#views(em, [{ courseId, standing }]) : [];
    if (!view) throw new AppError('not_found');
    return view;
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

  async #seen(em: EntityManager, userId: string): Promise<Seen[]> {
    const now = this.#clock.now();
    const facts = await factsEverywhere(em, userId, now);
    return facts.flatMap((one) => {
      const standing = standingOf(one, now);
      return standing ? [{ courseId: one.courseId, standing }] : [];
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
    return seen.flatMap(({ courseId, standing }) => {
      const course = byId.get(courseId);
      return course ? [presentCourse(course, names.get(course.instructorId) ?? '', standing)] : [];
    });
  }
}
