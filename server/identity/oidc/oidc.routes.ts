import type { Request, Response } from 'express';
import { oidcRoutes } from '../../../shared/identity/oidc.ts';
import type { OidcFinishView } from '../../../shared/identity/oidc.ts';
import { signInMethodRoutes } from '../../../shared/identity/sign-in-methods.ts';
import { AppError } from '../../kernel/errors.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { AreaDeps } from '../deps.ts';
import { siteOf } from '../passkeys/site.ts';
import { clientOf } from '../sign-in/client.ts';
import type { OidcService } from './oidc.service.ts';
import type { RequestCookie } from './request-cookie.ts';
import type { SignInMethodService } from './sign-in-methods.service.ts';

interface RouteServices {
  oidc: OidcService;
  methods: SignInMethodService;
  cookie: RequestCookie;
}

/** The REST edge of OpenID Connect and of the ways to sign in. */
export function bindRoutes(deps: AreaDeps, services: RouteServices): BoundRoute[] {
  const { oidc, methods, cookie } = services;
  const originOf = (req: Request): string => siteOf(deps.config.PUBLIC_URL, req).origin;
  const begun = (res: Response, { url, secret }: { url: string; secret: string }): { url: string } => {
    cookie.write(res, secret);
    return { url };
  };
  return [
    route(oidcRoutes.providers, async () => oidc.providers()),
    route(oidcRoutes.start, async ({ params, body, req, res }) =>
      begun(res, await oidc.start(params.providerId, originOf(req), body)),
    ),
    route(oidcRoutes.startLink, async ({ actor, params, req, res }) =>
      begun(res, await oidc.startLink(actor, params.providerId, originOf(req))),
    ),
    route(oidcRoutes.finish, ({ params, body, req, res }) =>
      finish(deps, services, { providerId: params.providerId, query: body.query, req, res }),
    ),
    route(oidcRoutes.formPost, async ({ params, body, res }) => {
      const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
      res.redirect(303, oidc.pageFor(params.providerId, form));
      return null;
    }),
    route(signInMethodRoutes.get, ({ actor }) => methods.get(actor)),
    route(signInMethodRoutes.unlink, ({ actor, params }) => methods.unlink(actor, params.methodId)),
  ];
}

async function finish(
  deps: AreaDeps,
  { oidc, cookie }: RouteServices,
  { providerId, query, req, res }: { providerId: string; query: string; req: Request; res: Response },
): Promise<OidcFinishView> {
  try {
    const done = await oidc.finish(providerId, new URLSearchParams(query), cookie.read(req), clientOf(req));
    cookie.clear(res);
    if (done.kind === 'linked') return { signIn: null, linked: true, next: done.next };
    return { signIn: await deps.respond(res, done.outcome), linked: false, next: done.next };
  } catch (error) {
    // An answer that is not to this browser's request leaves that request open.
    if (!(error instanceof AppError) || error.code !== 'proof_invalid') cookie.clear(res);
    throw error;
  }
}
