import { profileRoutes } from '../../../shared/identity/profiles.ts';
import { route } from '../../kernel/http/route.ts';
import type { BoundRoute } from '../../kernel/http/route.ts';
import type { FollowService } from './follows.service.ts';
import type { InterestService } from './interests.service.ts';
import type { PersonProfileService } from './profiles.service.ts';
import type { ReportService } from './reports.service.ts';

export interface ProfileServices {
  profiles: PersonProfileService;
  follows: FollowService;
  interests: InterestService;
  reports: ReportService;
}

/** The REST edge of profiles. */
export function bindRoutes({ profiles, follows, interests, reports }: ProfileServices): BoundRoute[] {
  return [
    route(profileRoutes.get, ({ actor, params }) => profiles.get(actor, params.userId)),
    route(profileRoutes.follow, ({ actor, params }) => follows.follow(actor, params.userId)),
    route(profileRoutes.unfollow, ({ actor, params }) => follows.unfollow(actor, params.userId)),
    route(profileRoutes.followers, ({ actor, params, query }) =>
      follows.list(actor, params.userId, 'followers', query),
    ),
    route(profileRoutes.following, ({ actor, params, query }) =>
      follows.list(actor, params.userId, 'following', query),
    ),
    route(profileRoutes.interests, ({ actor }) => interests.get(actor)),
    route(profileRoutes.setInterests, ({ actor, body }) => interests.set(actor, body.interests)),
    route(profileRoutes.reports, ({ actor, query }) => reports.list(actor, query)),
  ];
}
