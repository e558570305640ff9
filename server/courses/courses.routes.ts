import { coursesRoutes } from '../../shared/courses/contract.ts';
import { courseInvitationRoutes } from '../../shared/courses/invitations.ts';
import { learnerRoutes } from '../../shared/courses/learner.ts';
import { teamRoutes } from '../../shared/courses/team.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { CourseService } from './courses.service.ts';
import type { CourseInvitationService } from './invitations.service.ts';
import type { LearnerService } from './learner.service.ts';
import type { TeamService } from './team.service.ts';

/** The REST edge of courses; `courses.today` answers classes and is bound by the live feature. */
export function bindRoutes(
  courses: CourseService,
  learners: LearnerService,
  invitations: CourseInvitationService,
  team: TeamService,
): BoundRoute[] {
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
  ];
}
