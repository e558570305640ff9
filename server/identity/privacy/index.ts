import type { Area, AreaDeps } from '../deps.ts';
import { bindRoutes } from './privacy.routes.ts';
import { PrivacyService } from './privacy.service.ts';

/** A person's own data: picture, export, deactivation, erasure. */
export function createPrivacy(deps: AreaDeps): Area {
  const privacy = new PrivacyService(deps);
  return { routes: bindRoutes(privacy), sweep: () => privacy.eraseDue() };
}
