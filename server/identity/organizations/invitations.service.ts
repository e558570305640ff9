import type {
  InvitationOutcome,
  InvitationStatus,
  InvitationView,
  NewInvitationsInput,
} from '../../../shared/identity/invitations.ts';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { UserActor } from '../../kernel/actor.ts';
import type { AreaDeps } from '../deps.ts';
import { inviteOthers } from './invite-outcomes.ts';
import type { Invitations } from './invitations.ts';
import { membersAmong } from './invitations.repository.ts';
import type { InvitedTo } from './invitations.repository.ts';
import { findOrganization } from './organizations.repository.ts';

const toOrganization = (organizationId: string): InvitedTo => ({ organizationId, place: null });

/** Asking people into an organization by mail. */
export class InvitationService {
  readonly #deps: Pick<AreaDeps, 'db' | 'access'>;
  readonly #invitations: Invitations;

  constructor(deps: Pick<AreaDeps, 'db' | 'access'>, invitations: Invitations) {
    this.#deps = deps;
    this.#invitations = invitations;
  }

  /** @throws AppError role_level, mail_unavailable, invalid_input (an address of a domain that the organization does not take) */
  async create(
    actor: UserActor,
    organizationId: string,
    input: NewInvitationsInput,
  ): Promise<{ items: InvitationOutcome[] }> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#requireInvite(tx.em, actor, organizationId);
      // Two people who invite the same address at the same time do it one after the other.
      await findOrganization(tx.em, organizationId, actor.userId, 'for no key update of o');
      const to = toOrganization(organizationId);
      const find = (emails: readonly string[]) => membersAmong(tx.em, organizationId, emails);
      return inviteOthers(input.emails, { find, outcome: 'already_member' }, (emails) =>
        this.#invitations.invite(tx, actor, to, { ...input, emails }),
      );
    });
  }

  async list(
    actor: UserActor,
    organizationId: string,
    filter: { status?: InvitationStatus; cursor?: string; limit: number },
  ): Promise<{ items: InvitationView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#requireInvite(em, actor, organizationId);
    return this.#invitations.list(em, toOrganization(organizationId), filter);
  }

  /** @throws AppError role_level, conflict when it is answered already */
  async revoke(actor: UserActor, organizationId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#requireInvite(tx.em, actor, organizationId);
      return this.#invitations.revoke(tx, actor, toOrganization(organizationId), invitationId);
    });
  }

  /** @throws AppError role_level, conflict when it is answered already, mail_unavailable, rate_limited (once a minute) */
  async resend(actor: UserActor, organizationId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#requireInvite(tx.em, actor, organizationId);
      return this.#invitations.resend(tx, actor, toOrganization(organizationId), invitationId);
    });
  }

  #requireInvite(em: EntityManager, actor: UserActor, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, 'organization.invite', { type: 'organization', id });
  }
}
