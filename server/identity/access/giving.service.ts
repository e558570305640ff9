import type {
  AssignmentInput,
  AssignmentView,
  GrantInput,
  GrantView,
  OfPerson,
} from '../../../shared/identity/access.ts';
import type { RoleSlug } from '../../../shared/identity/contract.ts';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Permission } from '../../../shared/identity/permissions.ts';
import type { UserActor } from '../../kernel/actor.ts';
import type { Transaction } from '../../kernel/db/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import { giverIn } from './giver.ts';
import type { Giver } from './giver.ts';
import { changePrimaryRole } from './primary-role.ts';
import { isOfInstallation, isWithin } from './roles.policy.ts';
import { presentAssignment, presentGrant } from './roles.presenter.ts';
import {
  assignmentsIn,
  giveException,
  giveRole,
  grantsIn,
  isActiveMember,
  isContextOf,
  lockAccount,
  takeException,
  takeRole,
} from './roles.repository.ts';
import type { AssignmentRow, Giving, GivenRow, GrantRow } from './roles.repository.ts';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Giving roles and exceptions to people, and taking them back. */
export class GivingService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  async assignments(
    actor: UserActor,
    organizationId: string,
    query: OfPerson,
  ): Promise<Page<AssignmentView>> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, 'role.read', organizationId);
    const rows = await assignmentsIn(em, organizationId, { ...query, limit: query.limit + 1 });
    return page(rows, query.limit, presentAssignment);
  }

  async grants(actor: UserActor, organizationId: string, query: OfPerson): Promise<Page<GrantView>> {
    const em = this.#deps.db.em();
    await this.#require(em, actor, 'role.read', organizationId);
    const rows = await grantsIn(em, organizationId, { ...query, limit: query.limit + 1 });
    return page(rows, query.limit, presentGrant);
  }

  /** @throws AppError role_level, own_account, already_exists, not_found (person, role, context), invalid_input */
  async assign(actor: UserActor, organizationId: string, input: AssignmentInput): Promise<AssignmentView> {
    const id = await this.#deps.db.transaction(async (tx) => {
      const giving = await this.#prepare(tx, actor, organizationId, input);
      const giver = await this.#giver(tx, actor, organizationId, giving.context);
      const role = giver.roles.get(input.roleId);
      if (!role) throw new AppError('not_found');
      if (!giver.mayGive(role)) throw new AppError('role_level');
      if (role.type === 'course' && !giving.context)
        throw wrong('context', 'This role is given in a course or a class.');
      if (!(await giveRole(tx.em, giving, role.id)))
        throw new AppError('already_exists', { field: 'roleId' });
      const [row] = await assignmentsIn(tx.em, organizationId, { id: giving.id });
      if (row)
        await this.#tell(tx, actor, organizationId, row, { action: 'role.assigned', new: ofRole(row) });
      return giving.id;
    });
    const [row] = await assignmentsIn(this.#deps.db.em(), organizationId, { id });
    if (!row) throw new AppError('not_found');
    return presentAssignment(row);
  }

  /** @throws AppError role_level (also for a role that forbids what one may not do oneself), own_account, not_found */
  async revoke(actor: UserActor, organizationId: string, assignmentId: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      await this.#require(tx.em, actor, 'role.assign', organizationId);
      const [row] = await assignmentsIn(tx.em, organizationId, { id: assignmentId });
      if (!row) throw new AppError('not_found');
      await this.#assertBelow(tx, actor, organizationId, row.userId);
      const giver = await this.#giver(tx, actor, organizationId, row.context);
      const role = giver.roles.get(row.role.id);
      if (role ? !giver.mayTake(role) : !isWithin(giver.level, row.role.level))
        throw new AppError('role_level');
      await takeRole(tx.em, assignmentId, actor.userId, this.#deps.clock.now());
      await this.#tell(tx, actor, organizationId, row, { action: 'role.revoked', old: ofRole(row) });
    });
  }

  /** @throws AppError role_level, own_account, already_exists, not_found (person, context), invalid_input */
  async grant(actor: UserActor, organizationId: string, input: GrantInput): Promise<GrantView> {
    const id = await this.#deps.db.transaction(async (tx) => {
      const giving = await this.#prepare(tx, actor, organizationId, input);
      const subject = { type: 'organization', id: organizationId } as const;
      // Nobody gives what they have not; anybody of the office may forbid.
      if (input.granted && !(await this.#deps.access.can(tx.em, actor, input.permission, subject)))
        throw new AppError('role_level');
      if (!(await giveException(tx.em, giving, input.permission, input.granted)))
        throw new AppError('already_exists', { field: 'permission' });
      const [row] = await grantsIn(tx.em, organizationId, { id: giving.id });
      if (row)
        await this.#tell(tx, actor, organizationId, row, {
          action: input.granted ? 'permission.granted' : 'permission.denied',
          new: ofGrant(row),
        });
      return giving.id;
    });
    const [row] = await grantsIn(this.#deps.db.em(), organizationId, { id });
    if (!row) throw new AppError('not_found');
    return presentGrant(row);
  }

  /** @throws AppError role_level (also for lifting a denial of what one may not do oneself), own_account, not_found */
  async ungrant(actor: UserActor, organizationId: string, grantId: string): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      await this.#require(tx.em, actor, 'role.assign', organizationId);
      const [row] = await grantsIn(tx.em, organizationId, { id: grantId });
      if (!row) throw new AppError('not_found');
      await this.#assertBelow(tx, actor, organizationId, row.userId);
      const subject = { type: 'organization', id: organizationId } as const;
      if (!row.granted && !(await this.#deps.access.can(tx.em, actor, row.permission, subject)))
        throw new AppError('role_level');
      await takeException(tx.em, grantId, actor.userId, this.#deps.clock.now());
      await this.#tell(tx, actor, organizationId, row, {
        action: 'permission.exception_removed',
        old: ofGrant(row),
      });
    });
  }

  /** @throws AppError managed_elsewhere, role_level, own_account, not_found */
  async setPrimary(
    actor: UserActor,
    organizationId: string,
    userId: string,
    role: RoleSlug,
  ): Promise<{ userId: string; role: RoleSlug }> {
    await this.#deps.db.transaction(async (tx) => {
      await this.#require(tx.em, actor, 'role.assign', organizationId);
      if (!(await isActiveMember(tx.em, userId, organizationId))) throw new AppError('not_found');
      const account = await lockAccount(tx.em, userId);
      // The account's own organization decides what it is everywhere.
      if (account?.home !== organizationId) throw new AppError('managed_elsewhere');
      await changePrimaryRole(this.#deps, tx, actor, userId, role);
    });
    return { userId, role };
  }

  /** What is the same for a role and an exception: the right, the person, the place, the time. */
  async #prepare(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    input: Pick<AssignmentInput, 'userId' | 'context' | 'expiresAt'>,
  ): Promise<Giving> {
    await this.#require(tx.em, actor, 'role.assign', organizationId);
    const { userId, context } = input;
    if (!(await isActiveMember(tx.em, userId, organizationId))) throw new AppError('not_found');
    await lockAccount(tx.em, userId);
    if (context && !(await isContextOf(tx.em, context, organizationId))) throw new AppError('not_found');
    await this.#assertBelow(tx, actor, organizationId, userId);
    const now = this.#deps.clock.now();
    const expiresAt = input.expiresAt === null ? null : new Date(input.expiresAt);
    if (expiresAt && expiresAt <= now) throw wrong('expiresAt', 'This is in the past.');
    const id = this.#deps.ids.uuid();
    return { id, userId, organizationId, context, by: actor.userId, now, expiresAt };
  }

  /** What the actor has to give where a role is given: in a course somebody may have more than in its organization. */
  #giver(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    context: Giving['context'],
  ): Promise<Giver> {
    const place = context
      ? ({ type: context.type as 'course' | 'live_session', id: context.id } as const)
      : undefined;
    return giverIn(this.#deps.access, tx.em, actor, organizationId, place);
  }

  /** @throws AppError own_account, role_level */
  async #assertBelow(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    userId: string,
  ): Promise<void> {
    if (userId === actor.userId) throw new AppError('own_account');
    const subject = { type: 'organization', id: organizationId } as const;
    const { access } = this.#deps;
    const { level } = await access.explain(tx.em, actor.userId, 'role.assign', subject);
    const theirs = await access.explain(tx.em, userId, 'role.assign', subject);
    if (!isWithin(level, theirs.level)) throw new AppError('role_level');
  }

  async #tell(
    tx: Transaction,
    actor: UserActor,
    organizationId: string,
    row: GivenRow & { role?: AssignmentRow['role'] },
    done: { action: string; old?: Record<string, unknown>; new?: Record<string, unknown> },
  ): Promise<void> {
    this.#deps.audit.record(tx, {
      actor,
      category: 'authorization',
      severity: row.role && isOfInstallation(row.role.level) ? 'critical' : 'high',
      organizationId,
      resourceType: 'user',
      resourceId: row.userId,
      ...done,
    });
    await this.#deps.notices.send(tx, 'access.changed', { userId: row.userId });
  }

  #require(
    em: EntityManager,
    actor: UserActor,
    permission: Permission,
    organizationId: string,
  ): Promise<void> {
    return this.#deps.access.require(em, actor, permission, { type: 'organization', id: organizationId });
  }
}

function page<R extends { id: string }, V>(rows: R[], limit: number, present: (row: R) => V): Page<V> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(present), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

const wrong = (path: string, message: string): AppError<'invalid_input'> =>
  new AppError('invalid_input', { errors: [{ path, code: 'custom', message }] });

const where = ({ context, expiresAt }: GivenRow): Record<string, unknown> => ({
  ...(context ? { context: { type: context.type, id: context.id } } : {}),
  ...(expiresAt === null ? {} : { expiresAt }),
});
const ofRole = (row: AssignmentRow): Record<string, unknown> => ({ role: row.role.slug, ...where(row) });
const ofGrant = (row: GrantRow): Record<string, unknown> => ({
  permission: row.permission,
  granted: row.granted,
  ...where(row),
});
