import { coursesRoutes } from '../../shared/courses/contract.ts';
import { learnerRoutes } from '../../shared/courses/learner.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { CourseService } from './courses.service.ts';
import type { LearnerService } from './learner.service.ts';

/** The REST edge of courses; `courses.today` answers classes and is bound by the live feature. */
export function bindRoutes(courses: CourseService, learners: LearnerService): BoundRoute[] {
  return [
    route(coursesRoutes.mine, ({ actor, query }) => courses.mine(actor, query)),
    route(coursesRoutes.get, ({ actor, params }) => courses.get(actor, params.courseId)),
    route(learnerRoutes.courses, ({ actor, params }) => learners.courses(actor, params.userId)),
  ];
}
