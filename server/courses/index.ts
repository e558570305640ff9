import type { EntityManager } from '@mikro-orm/postgresql';
import type { CourseStanding } from '../../shared/courses/contract.ts';
import type { Audit } from '../audit/index.ts';
import type { Actor, UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { Notices } from '../kernel/db/notices.ts';
import type { DeadlineSource } from '../kernel/deadlines.ts';
import type { Outbox } from '../kernel/db/outbox.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Access, Identity, Interests, Invitations, Who } from '../identity/index.ts';
import { CatalogueService } from './catalogue.service.ts';
import { categorySource } from './categories/categories.repository.ts';
import { CategoryService } from './categories/categories.service.ts';
import { CourseCategoryService } from './categories/course-categories.service.ts';
import { Course } from './course.entity.ts';
import { courseSource } from './courses.repository.ts';
import { bindRoutes } from './courses.routes.ts';
import { CourseService } from './courses.service.ts';
import { Enrollment } from './enrollment.entity.ts';
import { EnrollmentService } from './enrollments.service.ts';
import type { EnrollmentInput } from './enrollments.service.ts';
import { expiringEnrollments } from './expiring.ts';
import { CourseInvitationService } from './invitations.service.ts';
import { LearnerService } from './learner.service.ts';
import { EnrollmentRequestService } from './requests.service.ts';
import { TeamService } from './team.service.ts';

export { Course, Enrollment };
export type { EnrollmentInput };
export { courseColumns, courseEnrollment, relationsInRow } from './courses.repository.ts';
export type { CourseColumns } from './courses.repository.ts';

/** For `openDatabase`. */
export const coursesEntities = [Course, Enrollment];

/** Courses, who is what in them, and enrolment. */
export interface Courses {
  routes: BoundRoute[];
  /** Enrolments that end by time. */
  expiring: DeadlineSource;
  /** What the person is in the course now, or null. In the caller's `em`, so that it can be part of a transaction. */
  standing(em: EntityManager, who: Who, courseId: string): Promise<CourseStanding | null>;
  /** Ids of all courses of an organization (null: of any) that the person may see now, oldest course first. */
  courseIdsOf(em: EntityManager, who: Who, organizationId?: string | null): Promise<string[]>;
  /** Titles by course id; a course that is gone is not in the map. */
  titles(em: EntityManager, courseIds: readonly string[]): Promise<Map<string, string>>;
  /** The organization that owns a course; null when there is no such course. */
  organizationOf(em: EntityManager, courseId: string): Promise<string | null>;
  /**
   * Ids of the courses of a learner that somebody may follow (`progress.read` on the learner).
   * @throws AppError not_found, forbidden
   */
  followedCourseIds(em: EntityManager, actor: UserActor, userId: string): Promise<string[]>;
  /**
   * Puts somebody into a course. Writes `courses.enrollment.started` { userId, courseId } to the outbox.
   * @throws AppError not_found, forbidden, course_full, enrollment_refused
   */
  enroll(actor: Actor, input: EnrollmentInput): Promise<void>;
  /**
   * Takes somebody out of a course. Writes `courses.enrollment.ended` { userId, courseId } to the outbox.
   * Every node hears of it, so that the learner is out of its rooms.
   * @throws AppError not_found, forbidden
   */
  unenroll(actor: Actor, input: EnrollmentInput): Promise<void>;
}

/** Builds the feature. */
export function createCourses(deps: {
  db: Database;
  outbox: Outbox;
  notices: Pick<Notices, 'send'>;
  clock: Clock;
  ids: Ids;
  audit: Pick<Audit, 'record'>;
  access: Access;
  invitations: Invitations;
  interests: Interests;
  /** Writes to somebody what became of their request. */
  tell: Identity['tell'];
}): Courses {
  deps.access.relate('course', courseSource);
  deps.access.relate('category', categorySource);
  const courseCategories = new CourseCategoryService(deps);
  const courses = new CourseService({ ...deps, categories: courseCategories });
  const enrollments = new EnrollmentService(deps);
  const team = new TeamService({ ...deps, courses, enrollments });
  const learners = new LearnerService({ ...deps, team });
  const invitations = new CourseInvitationService({ ...deps, enrollments });
  const catalogue = new CatalogueService({ ...deps, enrollments });
  const requests = new EnrollmentRequestService({ ...deps, enrollments });
  deps.invitations.open('course', invitations.door());
  deps.interests.openCategories(courseCategories.door());
  return {
    routes: bindRoutes({
      courses,
      learners,
      invitations,
      team,
      categories: new CategoryService(deps),
      courseCategories,
      catalogue,
      requests,
    }),
    expiring: expiringEnrollments(deps.db),
    standing: (em, who, courseId) => courses.standing(em, who, courseId),
    courseIdsOf: (em, who, organizationId) => courses.courseIdsOf(em, who, organizationId),
    titles: (em, courseIds) => courses.titles(em, courseIds),
    organizationOf: (em, courseId) => courses.organizationOf(em, courseId),
    followedCourseIds: (em, actor, userId) => learners.followedCourseIds(em, actor, userId),
    enroll: (actor, input) => enrollments.enroll(actor, input),
    unenroll: (actor, input) => enrollments.unenroll(actor, input),
  };
}
