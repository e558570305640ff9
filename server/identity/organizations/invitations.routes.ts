import { invitationRoutes } from '../../../shared/identity/invitations.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import { requestContext } from '../../kernel/request-context.ts';
import type { AreaDeps } from '../deps.ts';
import type { Client } from '../sessions/sessions.service.ts';
import type { AnswerService } from './answers.service.ts';
import type { InvitationService } from './invitations.service.ts';

/** Where the request comes from. */
function client(): Client {
  const { ipAddress, userAgent } = requestContext();
  return { address: ipAddress, userAgent };
}

/** The REST edge of invitations. */
export function bindInvitations(
  invitations: InvitationService,
  answers: AnswerService,
  { respond }: Pick<AreaDeps, 'respond'>,
): BoundRoute[] {
  return [
    route(invitationRoutes.create, ({ actor, params, body }) =>
      invitations.create(actor, params.organizationId, body),
    ),
    route(invitationRoutes.list, ({ actor, params, query }) =>
      invitations.list(actor, params.organizationId, query),
    ),
    route(invitationRoutes.revoke, ({ actor, params: p }) =>
      invitations.revoke(actor, p.organizationId, p.invitationId),
    ),
    route(invitationRoutes.resend, ({ actor, params: p }) =>
      invitations.resend(actor, p.organizationId, p.invitationId),
    ),
    route(invitationRoutes.preview, ({ body }) => answers.preview(body.token)),
    route(invitationRoutes.accept, ({ actor, body }) => answers.accept(actor, body.token)),
    route(invitationRoutes.register, async ({ body, res }) =>
      respond(res, await answers.register(body, client())),
    ),
    route(invitationRoutes.decline, ({ body }) => answers.decline(body.token).then(() => null)),
  ];
}
