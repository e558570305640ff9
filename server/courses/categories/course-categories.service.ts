import type { EntityManager } from '@mikro-orm/postgresql';
import type { CourseCategoriesInput, CourseCategory } from '../../../shared/courses/categories.ts';
import type { Audit } from '../../audit/index.ts';
import type { Access, CategoryDoor } from '../../identity/index.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Database } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import { Course } from '../course.entity.ts';
import { lockCourse } from '../courses.repository.ts';
import { presentCourseCategory } from './categories.presenter.ts';
import {
  categoriesOfCourse,
  holdTree,
  linksOfCourse,
  offeredAmong,
  replaceLinks,
} from './categories.repository.ts';

interface Deps {
  db: Database;
  clock: Clock;
  audit: Pick<Audit, 'record'>;
  access: Access;
}

/** Which categories courses are in. */
export class CourseCategoryService {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async of(em: EntityManager, courseId: string): Promise<CourseCategory[]> {
    return (await categoriesOfCourse(em, courseId)).map(presentCourseCategory);
  }

  /** @throws AppError not_found (also a category that is not offered there), forbidden, organization_suspended */
  async set(
    actor: UserActor,
    courseId: string,
    { categoryIds, primaryId }: CourseCategoriesInput,
  ): Promise<{ categories: CourseCategory[] }> {
    const { db, clock, access, audit } = this.#deps;
    return db.transaction(async (tx) => {
      await access.require(tx.em, actor, 'course.update', { type: 'course', id: courseId });
      await holdTree(tx.em);
      await lockCourse(tx.em, courseId);
      const course = await tx.em.findOne(Course, { id: courseId });
      if (!course) throw new AppError('not_found');
      const offered = await offeredAmong(tx.em, [course.organizationId], categoryIds);
      if (offered.size < categoryIds.length) throw new AppError('not_found');
      const first = categoryIds.find((id) => id === primaryId) ?? categoryIds[0];
      const wanted = [...new Set([first, ...categoryIds.toSorted()])].filter((id) => id !== undefined);
      const before = await linksOfCourse(tx.em, courseId);
      if (wanted.join() !== before.join()) {
        await replaceLinks(tx.em, courseId, wanted, clock.now());
        audit.record(tx, {
          actor,
          action: 'course.categories_changed',
          category: 'data_change',
          severity: 'low',
          organizationId: course.organizationId,
          resourceType: 'course',
          resourceId: courseId,
          old: { categoryIds: before },
          new: { categoryIds: wanted },
        });
      }
      return { categories: await this.of(tx.em, courseId) };
    });
  }

  /** What identity asks, which lets people be interested in categories. */
  door(): CategoryDoor {
    return { hold: holdTree, namesOfOffered: offeredAmong };
  }
}
