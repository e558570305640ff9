import { coursesRoutes } from '../../shared/courses/contract.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { CourseService } from './courses.service.ts';

/** The REST edge of courses; `courses.today` answers classes and is bound by the live feature. */
export function bindRoutes(courses: CourseService): BoundRoute[] {
  return [
    route(coursesRoutes.mine, ({ actor, query }) => courses.mine(actor, query)),
    route(coursesRoutes.get, ({ actor, params }) => courses.get(actor, params.courseId)),
  ];
}
