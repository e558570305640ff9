import type { EntityManager } from '@mikro-orm/postgresql';
import { linkCodeDays } from '../../../shared/identity/guardians.ts';
import type {
  ChildView,
  GuardianView,
  GuardianshipStatus,
  LinkByCodeInput,
  LinkRequestInput,
  SchoolGuardianshipView,
} from '../../../shared/identity/guardians.ts';
import { iso } from '../../../shared/kernel/time.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { sqlState } from '../../kernel/db/database.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { canBeChild, canBeGuardian, next, requestOutcome } from './guardianship.ts';
import type { GuardianshipStep } from './guardianship.ts';
import { presentChild, presentForSchool, presentGuardian } from './guardians.presenter.ts';
import {
  candidateByCode,
  candidateById,
  findLink,
  insertCode,
  insertLink,
  isMember,
  linksIn,
  linksOf,
  lockCode,
  lockLink,
  lockLinkBetween,
  openCodeUntil,
  putAway,
  setStatus,
  useCode,
  voidCodes,
} from './guardians.repository.ts';
import type { Candidate, GuardianshipRow, NewLink } from './guardians.repository.ts';
import { linkCodeHash, newLinkCode } from './link-code.ts';
import { tellBoth, tellChildOfRequest } from './tell.ts';

interface MadeCode {
  code: string;
  expiresAt: string;
}

/** Who acts on a link, and how the link is to be found by them. */
type Side = { as: 'child' } | { as: 'parent' } | { as: 'school'; organizationId: string };

const actionOf: Record<GuardianshipStep, string> = {
  approve: 'guardianship.approved',
  reject: 'guardianship.rejected',
  revoke: 'guardianship.revoked',
};

const dayMs = 24 * 3_600_000;

/** Guardians and children: how they are linked, by whose consent, and how a link ends. */
export class GuardianService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** @throws AppError forbidden for who is no student */
  async makeCode(actor: UserActor): Promise<MadeCode> {
    if (!canBeChild(actor.role)) throw new AppError('forbidden');
    return this.#deps.db.transaction((tx) => this.#newCode(tx, actor, actor.userId, actor.organizationId));
  }

  async withdrawCode(actor: UserActor): Promise<null> {
    await this.#deps.db.transaction((tx) => voidCodes(tx.em, actor.userId, this.#deps.clock.now()));
    return null;
  }

  /** @throws AppError not_found for who is not of the organization; conflict for who is no student */
  async makeCodeFor(actor: UserActor, organizationId: string, userId: string): Promise<MadeCode> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#requireSchool(tx.em, actor, organizationId);
      const child = await candidateById(tx.em, userId, this.#deps.clock.now());
      if (!child || child.organization_id !== organizationId) throw new AppError('not_found');
      if (!isPossibleChild(child)) throw new AppError('conflict');
      return this.#newCode(tx, actor, userId, organizationId);
    });
  }

  /**
   * The code is the consent: whoever made it, the child or their school, has agreed.
   * @throws AppError proof_invalid, proof_expired, already_used, already_exists, own_account, forbidden
   */
  async link(actor: UserActor, input: LinkByCodeInput): Promise<ChildView> {
    const { db, secrets, clock, ids } = this.#deps;
    if (!canBeGuardian(actor.role)) throw new AppError('forbidden');
    const linkId = await this.#once(() =>
      db.transaction(async (tx) => {
        const now = clock.now();
        const stored = await lockCode(tx.em, linkCodeHash(secrets, input.code));
        const child = stored && (await candidateById(tx.em, stored.user_id, now));
        // A code of another school's child is no code here.
        if (!child || !isPossibleChild(child) || !(await this.#sameSchool(tx.em, actor, child)))
          throw new AppError('proof_invalid');
        if (stored.used_at !== null) throw new AppError('already_used');
        if (stored.invalidated_at !== null) throw new AppError('proof_invalid');
        if (new Date(stored.expires_at) <= now) throw new AppError('proof_expired');
        if (child.id === actor.userId) throw new AppError('own_account');
        const before = await lockLinkBetween(tx.em, actor.userId, child.id);
        if (before?.status === 'active') throw new AppError('already_exists', { field: 'code' });
        if (before) await putAway(tx.em, before.id, now);
        await useCode(tx.em, stored.id, now);
        const link: NewLink = {
          id: ids.uuid(),
          parentId: actor.userId,
          childId: child.id,
          relationship: input.relationship,
          relationshipNote: input.relationshipNote,
          status: 'active',
          approvedBy: stored.made_by,
        };
        await insertLink(tx.em, link, now);
        await this.#settled(tx, actor, await this.#load(tx.em, link.id), 'guardianship.linked', null);
        return link.id;
      }),
    );
    return presentChild(await this.#load(db.em(), linkId));
  }

  /**
   * Asks the child or the school. Whether there is such a child, and what becomes of the request, is not told.
   * @throws AppError already_exists, own_account, forbidden
   */
  async request(actor: UserActor, input: LinkRequestInput): Promise<Record<string, never>> {
    const { db, clock, ids } = this.#deps;
    if (!canBeGuardian(actor.role)) throw new AppError('forbidden');
    await this.#once(() =>
      db.transaction(async (tx) => {
        const now = clock.now();
        const child = await candidateByCode(tx.em, input.childCode, now);
        if (child?.id === actor.userId) throw new AppError('own_account');
        if (!child || !isPossibleChild(child) || !(await this.#sameSchool(tx.em, actor, child))) return;
        const before = await lockLinkBetween(tx.em, actor.userId, child.id);
        const outcome = requestOutcome(before?.status ?? null);
        if (outcome === null) return;
        // They see the child in their list: this tells them nothing new.
        if (outcome === 'exists') throw new AppError('already_exists', { field: 'childCode' });
        if (before) await putAway(tx.em, before.id, now);
        const link: NewLink = {
          id: ids.uuid(),
          parentId: actor.userId,
          childId: child.id,
          relationship: input.relationship,
          relationshipNote: input.relationshipNote,
          status: 'pending',
          approvedBy: null,
        };
        await insertLink(tx.em, link, now);
        const row = await this.#load(tx.em, link.id);
        this.#audit(tx, actor, row, 'guardianship.requested', null);
        await tellChildOfRequest(this.#deps, tx, row);
      }),
    );
    return {};
  }

  async children(actor: UserActor): Promise<{ items: ChildView[]; nextCursor: null }> {
    const rows = await linksOf(this.#deps.db.em(), 'parent', actor.userId);
    return { items: rows.map(presentChild), nextCursor: null };
  }

  async guardians(
    actor: UserActor,
  ): Promise<{ items: GuardianView[]; nextCursor: null; code: { expiresAt: string } | null }> {
    const em = this.#deps.db.em();
    const rows = await linksOf(em, 'child', actor.userId);
    const until = await openCodeUntil(em, actor.userId, this.#deps.clock.now());
    return {
      items: rows.map(presentGuardian),
      nextCursor: null,
      code: until && { expiresAt: iso(until) },
    };
  }

  /** One page of the links of a school's students. */
  async list(
    actor: UserActor,
    organizationId: string,
    page: { status?: GuardianshipStatus; cursor?: string; limit: number },
  ): Promise<{ items: SchoolGuardianshipView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#requireSchool(em, actor, organizationId);
    const rows = await linksIn(em, organizationId, { ...page, limit: page.limit + 1 });
    const shown = rows.slice(0, page.limit);
    return {
      items: shown.map(presentForSchool),
      nextCursor: rows.length > page.limit ? (shown.at(-1)?.id ?? null) : null,
    };
  }

  async approve(actor: UserActor, id: string): Promise<GuardianView> {
    return presentGuardian(await this.#step(actor, id, 'approve', { as: 'child' }));
  }

  async reject(actor: UserActor, id: string): Promise<null> {
    await this.#step(actor, id, 'reject', { as: 'child' });
    return null;
  }

  async removeGuardian(actor: UserActor, id: string): Promise<null> {
    await this.#step(actor, id, 'revoke', { as: 'child' });
    return null;
  }

  async removeChild(actor: UserActor, id: string): Promise<null> {
    await this.#step(actor, id, 'revoke', { as: 'parent' });
    return null;
  }

  /** The school's word on a link of one of its students. */
  async decideFor(
    actor: UserActor,
    organizationId: string,
    id: string,
    step: GuardianshipStep,
  ): Promise<SchoolGuardianshipView> {
    return presentForSchool(await this.#step(actor, id, step, { as: 'school', organizationId }));
  }

  /** @throws AppError not_found, conflict */
  async #step(actor: UserActor, id: string, step: GuardianshipStep, side: Side): Promise<GuardianshipRow> {
    return this.#deps.db.transaction(async (tx) => {
      if (side.as === 'school') await this.#requireSchool(tx.em, actor, side.organizationId);
      const row = await lockLink(tx.em, id);
      if (!row || !isOf(row, actor, side)) throw new AppError('not_found');
      // What the guardian asked for and nobody answered is not theirs to see.
      if (side.as === 'parent' && row.status !== 'active') throw new AppError('not_found');
      await setStatus(
        tx.em,
        id,
        { status: next(row.status, step), by: actor.userId },
        this.#deps.clock.now(),
      );
      const after = await this.#load(tx.em, id);
      await this.#settled(tx, actor, after, actionOf[step], row.status);
      return after;
    });
  }

  async #newCode(
    tx: Transaction,
    actor: UserActor,
    childId: string,
    organizationId: string | null,
  ): Promise<MadeCode> {
    const { secrets, clock, ids, audit } = this.#deps;
    const now = clock.now();
    const code = newLinkCode();
    const expiresAt = new Date(now.getTime() + linkCodeDays * dayMs);
    await voidCodes(tx.em, childId, now);
    const hash = linkCodeHash(secrets, code);
    await insertCode(tx.em, { id: ids.uuid(), userId: childId, hash, madeBy: actor.userId, expiresAt }, now);
    audit.record(tx, {
      actor,
      action: 'guardianship.code_made',
      category: 'data_change',
      resourceType: 'user',
      resourceId: childId,
      organizationId,
      new: { expiresAt: iso(expiresAt) },
    });
    return { code, expiresAt: iso(expiresAt) };
  }

  /** The trail and the notices of a link that began or ended. */
  async #settled(
    tx: Transaction,
    actor: UserActor,
    row: GuardianshipRow,
    action: string,
    before: GuardianshipStatus | null,
  ): Promise<void> {
    this.#audit(tx, actor, row, action, before);
    if (row.status === 'active' || row.status === 'revoked') await tellBoth(this.#deps, tx, row, row.status);
  }

  #audit(
    tx: Transaction,
    actor: UserActor,
    row: GuardianshipRow,
    action: string,
    before: GuardianshipStatus | null,
  ): void {
    this.#deps.audit.record(tx, {
      actor,
      action,
      category: 'data_change',
      resourceType: 'guardianship',
      resourceId: row.id,
      organizationId: row.organization_id,
      old: before === null ? undefined : { status: before },
      new: {
        status: row.status,
        parentId: row.parent_id,
        childId: row.child_id,
        relationship: row.relationship,
      },
    });
  }

  /** Guardians are members of the school too: nobody sees anything of an organization that they are not in. */
  async #sameSchool(em: EntityManager, actor: UserActor, child: Candidate): Promise<boolean> {
    return child.organization_id !== null && (await isMember(em, actor.userId, child.organization_id));
  }

  #requireSchool(em: EntityManager, actor: UserActor, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, 'user.update', { type: 'organization', id });
  }

  async #load(em: EntityManager, id: string): Promise<GuardianshipRow> {
    const row = await findLink(em, id);
    if (!row) throw new AppError('not_found');
    return row;
  }

  /** The same two people at the same time: the second finds the link of the first. */
  async #once<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) !== '23505') throw error;
      return work();
    }
  }
}

const isPossibleChild = (one: Candidate): boolean => one.usable && canBeChild(one.role);

function isOf(row: GuardianshipRow, actor: UserActor, side: Side): boolean {
  switch (side.as) {
    case 'child':
      return row.child_id === actor.userId;
    case 'parent':
      return row.parent_id === actor.userId;
    case 'school':
      return row.organization_id === side.organizationId;
  }
}
