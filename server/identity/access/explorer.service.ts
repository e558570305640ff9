import type { ExplainQuery, ExplanationView, WhoQuery, WhoView } from '../../../shared/identity/access.ts';
import type { UserActor } from '../../kernel/actor.ts';
import { AppError } from '../../kernel/errors.ts';
import type { AreaDeps } from '../deps.ts';
import type { Explained, Subject } from './access.ts';
import type { Reason } from './access.policy.ts';
import { explainSteps } from './explain.ts';
import { mightHave, personAround } from './roles.repository.ts';

/** "Why may this person do that?" and "who may?". */
export class ExplorerService {
  readonly #deps: AreaDeps;

  constructor(deps: AreaDeps) {
    this.#deps = deps;
  }

  /** @throws AppError not_found for people and things of other organizations */
  async explain(actor: UserActor, organizationId: string, query: ExplainQuery): Promise<ExplanationView> {
    const { access, clock, db } = this.#deps;
    const em = db.em();
    await access.require(em, actor, 'role.read', { type: 'organization', id: organizationId });
    const user = await personAround(em, query.userId, organizationId);
    if (!user) throw new AppError('not_found');
    const subject = subjectOf(query, organizationId);
    const found = await access.explain(em, query.userId, query.permission, subject);
    const { allowed, level } = found;
    if (!isOf(found, organizationId)) throw new AppError('not_found');
    const steps = explainSteps(query.permission, found.facts, clock.now());
    return { user, permission: query.permission, allowed, level, steps };
  }

  /** One page of those who may, in the order of their ids; a page may be short although more follow. */
  async who(actor: UserActor, organizationId: string, query: WhoQuery): Promise<WhoView> {
    const { access, db } = this.#deps;
    const em = db.em();
    await access.require(em, actor, 'role.read', { type: 'organization', id: organizationId });
    const subject = subjectOf(query, organizationId);
    const own = await access.explain(em, actor.userId, query.permission, subject);
    if (!isOf(own, organizationId)) throw new AppError('not_found');
    const { permission, cursor, limit } = query;
    const type = query.subjectType;
    const candidates = await mightHave(em, {
      // A course may be of an organization below: its people are who it is about.
      organizationId: own.facts.organizations[0]?.id ?? organizationId,
      permission,
      subject: { type, id: query.subjectId ?? organizationId },
      cursor,
      limit: limit + 1,
    });
    const items: WhoView['items'] = [];
    for (const { above, ...user } of candidates.slice(0, limit)) {
      const { allowed, reason } = await access.explain(em, user.id, permission, subject);
      if (allowed) items.push({ user, above, ...byWhat(reason) });
    }
    return {
      items,
      nextCursor: candidates.length > limit ? (candidates[limit - 1]?.id ?? null) : null,
    };
  }
}

/** @throws AppError invalid_input */
function subjectOf(
  { subjectType: type, subjectId }: Pick<ExplainQuery, 'subjectType' | 'subjectId'>,
  organizationId: string,
): Subject {
  if (subjectId !== undefined) return { type, id: subjectId };
  if (type === 'organization') return { type, id: organizationId };
  const missing = { path: 'subjectId', code: 'custom', message: 'Say which one.' };
  throw new AppError('invalid_input', { errors: [missing] });
}

/** Whether what was asked about belongs to the organization or one below it. */
const isOf = (
  found: Explained,
  organizationId: string,
): found is Explained & { facts: NonNullable<Explained['facts']> } =>
  found.facts?.organizations.some(({ id }) => id === organizationId) ?? false;

function byWhat(reason: Reason): Pick<WhoView['items'][number], 'by' | 'name' | 'scope'> {
  if (reason.kind === 'role') return { by: 'role', name: reason.role, scope: reason.scope };
  if (reason.kind === 'relation') return { by: 'relation', name: reason.relation, scope: null };
  return { by: 'override', name: null, scope: reason.kind === 'override' ? reason.scope : null };
}
