import { categoryRoutes } from '../../shared/courses/categories.ts';
import { catalogueRoutes, enrollmentRequestRoutes } from '../../shared/courses/catalogue.ts';
import { coursesRoutes } from '../../shared/courses/contract.ts';
import { courseInvitationRoutes } from '../../shared/courses/invitations.ts';
import { learnerRoutes } from '../../shared/courses/learner.ts';
import { teamRoutes } from '../../shared/courses/team.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { CategoryService } from './categories/categories.service.ts';
import type { CourseCategoryService } from './categories/course-categories.service.ts';
import type { CatalogueService } from './catalogue.service.ts';
import type { CourseService } from './courses.service.ts';
import type { CourseInvitationService } from './invitations.service.ts';
import type { LearnerService } from './learner.service.ts';
import type { EnrollmentRequestService } from './requests.service.ts';
import type { TeamService } from './team.service.ts';

export interface CourseServices {
  courses: CourseService;
  learners: LearnerService;
  invitations: CourseInvitationService;
  team: TeamService;
  categories: CategoryService;
  courseCategories: CourseCategoryService;
  catalogue: CatalogueService;
  requests: EnrollmentRequestService;
}

/** The REST edge of courses; `courses.today` answers classes and is bound by the live feature. */
export function bindRoutes(services: CourseServices): BoundRoute[] {
  const { courses, learners, invitations, team, categories, courseCategories, catalogue, requests } =
    services;
  return [
    route(coursesRoutes.mine, ({ actor, query }) => courses.mine(actor, query)),
    route(coursesRoutes.get, ({ actor, params }) => courses.get(actor, params.courseId)),
    route(learnerRoutes.courses, ({ actor, params }) => learners.courses(actor, params.userId)),
    route(courseInvitationRoutes.create, ({ actor, params, body }) =>
      invitations.create(actor, params.courseId, body),
    ),
    route(courseInvitationRoutes.list, ({ actor, params, query }) =>
      invitations.list(actor, params.courseId, query),
    ),
    route(courseInvitationRoutes.revoke, ({ actor, params: p }) =>
      invitations.revoke(actor, p.courseId, p.courseInvitationId),
    ),
    route(courseInvitationRoutes.resend, ({ actor, params: p }) =>
      invitations.resend(actor, p.courseId, p.courseInvitationId),
    ),
    route(teamRoutes.courses, ({ actor, query }) => team.courses(actor, query)),
    route(teamRoutes.enroll, ({ actor, params, body }) => team.enroll(actor, params.courseId, body.userIds)),
    route(teamRoutes.takeOut, async ({ actor, params }) => {
      await team.takeOut(actor, params);
      return null;
    }),
    route(categoryRoutes.list, ({ actor, params }) => categories.list(actor, params.organizationId)),
    route(categoryRoutes.get, ({ actor, params: p }) => categories.get(actor, p.organizationId, p.slug)),
    route(categoryRoutes.create, ({ actor, params, body }) =>
      categories.create(actor, params.organizationId, body),
    ),
    route(categoryRoutes.createEverywhere, ({ actor, body }) => categories.create(actor, null, body)),
    route(categoryRoutes.update, ({ actor, params, body }) =>
      categories.update(actor, params.categoryId, body),
    ),
    route(categoryRoutes.move, ({ actor, params, body }) =>
      categories.move(actor, params.categoryId, body.place),
    ),
    route(categoryRoutes.remove, async ({ actor, params }) => {
      await categories.remove(actor, params.categoryId);
      return null;
    }),
    route(categoryRoutes.setOfCourse, ({ actor, params, body }) =>
      courseCategories.set(actor, params.courseId, body),
    ),
    route(catalogueRoutes.list, ({ actor, query }) => catalogue.list(actor, query)),
    // Before the one that takes any word for the id of a course.
    route(catalogueRoutes.categories, ({ actor }) => catalogue.categories(actor)),
    route(catalogueRoutes.get, ({ actor, params }) => catalogue.get(actor, params.courseId)),
    route(catalogueRoutes.recommendations, ({ actor, query }) =>
      catalogue.recommendations(actor, query.limit),
    ),
    route(catalogueRoutes.enroll, ({ actor, params }) => catalogue.enroll(actor, params.courseId)),
    route(catalogueRoutes.withdraw, async ({ actor, params }) => {
      await catalogue.withdraw(actor, params.courseId);
      return null;
    }),
    route(enrollmentRequestRoutes.list, ({ actor, params, query }) =>
      requests.list(actor, params.courseId, query),
    ),
    route(enrollmentRequestRoutes.approve, async ({ actor, params }) => {
      await requests.approve(actor, params);
      return null;
    }),
    route(enrollmentRequestRoutes.reject, async ({ actor, params, body }) => {
      await requests.reject(actor, params, body.reason || null);
      return null;
    }),
  ];
}
