import type { Area, AreaDeps } from '../deps.ts';
import { AnswerService } from './answers.service.ts';
import { InvitationBook } from './invitations.ts';
import type { Invitations } from './invitations.ts';
import { bindInvitations } from './invitations.routes.ts';
import { InvitationService } from './invitations.service.ts';
import { MembershipService } from './memberships.service.ts';
import { bindRoutes } from './organizations.routes.ts';
import { OrganizationService } from './organizations.service.ts';
import { OrganizationSettingsService } from './settings.service.ts';

/** Organizations, their tree, memberships and invitations. */
export function createOrganizations(deps: AreaDeps): Area & { invitations: Invitations } {
  const organizations = new OrganizationService(deps);
  const memberships = new MembershipService(deps);
  const book = new InvitationBook(deps);
  const invitations = new InvitationService(deps, book);
  const answers = new AnswerService(deps, book);
  const settings = new OrganizationSettingsService(deps);
  return {
    routes: [
      ...bindRoutes({ organizations, memberships, settings }),
      ...bindInvitations(invitations, answers, deps),
    ],
    sweep: () => book.expire(),
    invitations: book,
  };
}
