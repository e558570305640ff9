import { coursesRoutes } from '../../shared/courses/contract.ts';
import { attendanceRoutes } from '../../shared/live/attendance.ts';
import { liveRoutes } from '../../shared/live/contract.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { AttendanceService } from './attendance.service.ts';
import type { SessionsService } from './sessions.service.ts';

/** REST of classes. */
export const liveRouteHandlers = (sessions: SessionsService, attendance: AttendanceService): BoundRoute[] => [
  route(liveRoutes.list, ({ actor, params, query }) => sessions.list(actor, params.courseId, query)),
  route(liveRoutes.create, ({ actor, params, body }) => sessions.create(actor, params.courseId, body)),
  route(liveRoutes.get, ({ actor, params }) => sessions.get(actor, params.sessionId)),
  route(liveRoutes.start, ({ actor, params }) => sessions.start(actor, params.sessionId)),
  route(liveRoutes.end, ({ actor, params }) => sessions.end(actor, params.sessionId)),
  route(liveRoutes.reopen, ({ actor, params }) => sessions.reopen(actor, params.sessionId)),
  route(liveRoutes.cancel, ({ actor, params, body }) =>
    sessions.cancel(actor, params.sessionId, body.reason ?? null),
  ),
  route(liveRoutes.chat, ({ actor, params, query }) => sessions.chatHistory(actor, params.sessionId, query)),
  route(coursesRoutes.today, ({ actor, query }) =>
    sessions.between(actor, new Date(query.from), new Date(query.to)),
  ),
  route(attendanceRoutes.ofLearner, ({ actor, params, query }) =>
    attendance.ofLearner(actor, params.userId, query),
  ),
];
