import type { Area, AreaDeps } from '../deps.ts';
import { FollowService } from './follows.service.ts';
import { InterestService } from './interests.service.ts';
import { bindRoutes } from './profiles.routes.ts';
import { PersonProfileService } from './profiles.service.ts';
import { ReportService } from './reports.service.ts';

/** Other people's profiles, who follows whom, interests, and the people below a manager. */
export function createProfiles(deps: AreaDeps): Area {
  return {
    routes: bindRoutes({
      profiles: new PersonProfileService(deps),
      follows: new FollowService(deps),
      interests: new InterestService(deps),
      reports: new ReportService(deps),
    }),
  };
}
