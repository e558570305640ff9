import { privacyRoutes } from '../../../shared/identity/privacy.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import { sendPieces } from '../../kernel/http/stream.ts';
import type { PrivacyService } from './privacy.service.ts';

/** The REST edge of a person's own data. */
export function bindRoutes(privacy: PrivacyService): BoundRoute[] {
  return [
    route(privacyRoutes.setAvatar, async ({ actor, body }) => ({
      avatarUrl: await privacy.setAvatar(actor, body),
    })),
    route(privacyRoutes.removeAvatar, ({ actor }) => privacy.removeAvatar(actor).then(() => null)),
    route(privacyRoutes.exportMine, async ({ actor, res }) => {
      const pieces = await privacy.export(actor);
      res.status(200).type('json').setHeader('content-disposition', 'attachment; filename="my-data.json"');
      await sendPieces(res, pieces);
      // It has been sent already.
      return { exportedAt: '', sections: {} };
    }),
    route(privacyRoutes.deactivate, ({ actor, body }) =>
      privacy.deactivate(actor, body.confirm).then(() => null),
    ),
    route(privacyRoutes.erase, ({ actor, body }) => privacy.erase(actor, body.confirm).then(() => null)),
    route(privacyRoutes.erasePerson, ({ actor, params }) =>
      privacy.erasePerson(actor, params.organizationId, params.userId).then(() => null),
    ),
  ];
}
