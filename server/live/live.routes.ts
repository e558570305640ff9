import { coursesRoutes } from '../../shared/courses/contract.ts';
import { attendanceRoutes } from '../../shared/live/attendance.ts';
import { liveRoutes } from '../../shared/live/contract.ts';
import { guestInvitationRoutes, guestRoutes } from '../../shared/live/guests.ts';
import { route } from '../kernel/http/route.ts';
import type { BoundRoute } from '../kernel/http/route.ts';
import type { AttendanceService } from './attendance.service.ts';
import type { GuestService } from './guests.service.ts';
import type { SessionsService } from './sessions.service.ts';

/** REST of classes. */
export const liveRouteHandlers = (
  sessions: SessionsService,
  attendance: AttendanceService,
  guests: GuestService,
): BoundRoute[] => [
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
    sessions.between(actor, { ...query, from: new Date(query.from), to: new Date(query.to) }),
  ),
  route(attendanceRoutes.ofLearner, ({ actor, params, query }) =>
    attendance.ofLearner(actor, params.userId, query),
  ),
  route(guestRoutes.useCode, ({ actor, body }) => guests.useCode(actor, body.code)),
  route(guestRoutes.code, ({ actor, params }) => guests.code(actor, params.sessionId)),
  route(guestRoutes.newCode, ({ actor, params }) => guests.newCode(actor, params.sessionId)),
  route(guestRoutes.closeCode, ({ actor, params }) => guests.closeCode(actor, params.sessionId)),
  route(guestRoutes.list, ({ actor, params, query }) => guests.list(actor, params.sessionId, query)),
  route(guestRoutes.takeOut, ({ actor, params: p }) => guests.takeOut(actor, p.sessionId, p.userId)),
  route(guestRoutes.letIn, ({ actor, params: p }) => guests.letIn(actor, p.sessionId, p.userId)),
  route(guestInvitationRoutes.create, ({ actor, params, body }) =>
    guests.invite(actor, params.sessionId, body),
  ),
  route(guestInvitationRoutes.list, ({ actor, params, query }) =>
    guests.invited(actor, params.sessionId, query),
  ),
  route(guestInvitationRoutes.revoke, ({ actor, params: p }) =>
    guests.revoke(actor, p.sessionId, p.guestInvitationId),
  ),
  route(guestInvitationRoutes.resend, ({ actor, params: p }) =>
    guests.resend(actor, p.sessionId, p.guestInvitationId),
  ),
];
