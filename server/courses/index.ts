import type { EntityManager } from '@mikro-orm/postgresql';
import type { CourseStanding } from '../../shared/courses/contract.ts';
import type { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { Outbox } from '../kernel/db/outbox.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Ids } from '../kernel/ids.ts';
import { Course } from './course.entity.ts';
import { bindRoutes } from './courses.routes.ts';
import { CourseService } from './courses.service.ts';
import { Enrollment } from './enrollment.entity.ts';
import { EnrollmentService } from './enrollments.service.ts';
import type { EnrollmentInput } from './enrollments.service.ts';

export { Course, Enrollment };
export type { EnrollmentInput };

/** For `openDatabase`. */
export const coursesEntities = [Course, Enrollment];

/** Courses, who is what in them, and enrolment. */
export interface Courses {
  routes: BoundRoute[];
  /** What the person is in the course now, or null. In the caller's `em`, so that it can be part of a transaction. */
  standing(em: EntityManager, userId: string, courseId: string): Promise<CourseStanding | null>;
  /** Ids of all courses that the person may see now, oldest course first. */
  courseIdsOf(em: EntityManager, userId: string): Promise<string[]>;
  /** Titles by course id; a course that is gone is not in the map. */
  titles(em: EntityManager, courseIds: readonly string[]): Promise<Map<string, string>>;
  /** The organization that owns a course; null when there is no such course. */
  organizationOf(em: EntityManager, courseId: string): Promise<string | null>;
  /**
   * Puts somebody into a course. Writes `courses.enrollment.started` { userId, courseId } to the outbox.
   * @throws AppError not_found, forbidden, conflict
   */
  enroll(actor: Actor, input: EnrollmentInput): Promise<void>;
  /**
   * Takes somebody out of a course. Writes `courses.enrollment.ended` { userId, courseId } to the outbox.
   * @throws AppError not_found, forbidden
   */
  unenroll(actor: Actor, input: EnrollmentInput): Promise<void>;
}

/** Builds the feature. */
export function createCourses(deps: { db: Database; outbox: Outbox; clock: Clock; ids: Ids }): Courses {
  const courses = new CourseService(deps);
  const enrollments = new EnrollmentService(deps);
  return {
    routes: bindRoutes(courses),
    standing: (em, userId, courseId) => courses.standing(em, userId, courseId),
    courseIdsOf: (em, userId) => courses.courseIdsOf(em, userId),
    titles: (em, courseIds) => courses.titles(em, courseIds),
    organizationOf: (em, courseId) => courses.organizationOf(em, courseId),
    enroll: (actor, input) => enrollments.enroll(actor, input),
    unenroll: (actor, input) => enrollments.unenroll(actor, input),
  };
}
