import type { Area, AreaDeps } from '../deps.ts';
import { FollowService } from './follows.service.ts';
import { InterestService } from './interests.service.ts';
import type { Interests } from './interests.service.ts';
import { bindRoutes } from './profiles.routes.ts';
import { PersonProfileService } from './profiles.service.ts';
import { ReportService } from './reports.service.ts';

/** Other people's profiles, who follows whom, interests, and the people below a manager. */
export function createProfiles(deps: AreaDeps): Area & { interests: Interests } {
  const interests = new InterestService(deps);
  return {
    interests,
    routes: bindRoutes({
      profiles: new PersonProfileService(deps, interests),
      follows: new FollowService(deps),
      interests,
      reports: new ReportService(deps),
    }),
  };
}
