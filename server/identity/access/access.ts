import type { EntityManager } from '@mikro-orm/postgresql';
import { permissions } from '../../../shared/identity/permissions.ts';
import type { Permission, Relation, SubjectType } from '../../../shared/identity/permissions.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { isUsable } from '../accounts/account.ts';
import { decide, everywhereLevel, levelOf } from './access.policy.ts';
import type { AccessFacts, Context, Decision } from './access.policy.ts';
import { storedAccess } from './access.repository.ts';
import type { StoredAccess } from './access.repository.ts';

/** What a right is asked about. */
export type Subject = { type: 'system' } | { type: Exclude<SubjectType, 'system'>; id: string };

/** What a feature knows of one of its things, towards one person. */
export interface SubjectFacts {
  /** Null: it belongs to the installation, not to a tenant. */
  organizationId: string | null;
  /** Itself and what it is part of, nearest first, as far as roles can be given there. */
  contexts: readonly Context[];
  relations: readonly Relation[];
}

/** Reads those; null = there is no such thing. */
export type SubjectLoader = (em: EntityManager, userId: string, id: string) => Promise<SubjectFacts | null>;

/** A decision with what it was made from, for the explorer. `subject` null: it does not exist. */
export interface Explained extends Decision {
  facts: AccessFacts | null;
  /** The highest level that the person has there. */
  level: number;
}

/** Rights: the one place that REST, sockets, notes and media ask. */
export interface Access {
  /** Tells how to read a kind of subject; each feature does it for its own things. */
  relate(type: Exclude<SubjectType, 'system'>, loader: SubjectLoader): void;
  can(em: EntityManager, actor: Actor, permission: Permission, subject: Subject): Promise<boolean>;
  /**
   * @throws AppError not_found where there is no such thing or it is of an organization that is none of the person's
   *   business; organization_suspended; forbidden
   */
  require(em: EntityManager, actor: Actor, permission: Permission, subject: Subject): Promise<void>;
  /** Everything that a person may do in an organization by role or exception: what the screens offer. */
  permissionsIn(em: EntityManager, userId: string, organizationId: string): Promise<Permission[]>;
  /** The decision with its reason, for a person who need not be the one who asks. */
  explain(em: EntityManager, userId: string, permission: Permission, subject: Subject): Promise<Explained>;
}

/** What was read, as the policy wants it for one permission. */
function factsFor(
  permission: Permission,
  stored: StoredAccess,
  about: SubjectFacts,
  apiKey: readonly string[] | null,
  now: Date,
): AccessFacts {
  const meant = (one: { permission: string }): boolean => one.permission === permission;
  return {
    ...stored,
    overrides: stored.overrides.filter(meant),
    assignments: stored.assignments.map((one) => ({ ...one, says: one.says.filter(meant) })),
    usable: isUsable(stored.account, now),
    memberOf: new Set(stored.memberOf),
    contexts: about.contexts,
    relations: about.relations,
    apiKey,
  };
}

const systemFacts: SubjectFacts = { organizationId: null, contexts: [], relations: [] };

export function createAccess(deps: { clock: Clock }): Access {
  const loaders = new Map<string, SubjectLoader>();

  async function load(em: EntityManager, userId: string, subject: Subject): Promise<SubjectFacts | null> {
    if (subject.type === 'system') return systemFacts;
    const loader = loaders.get(subject.type);
    if (!loader) throw new Error(`nobody knows how to read a ${subject.type}`);
    return loader(em, userId, subject.id);
  }

  async function explain(
    em: EntityManager,
    userId: string,
    permission: Permission,
    subject: Subject,
    apiKey: readonly string[] | null = null,
  ): Promise<Explained> {
    const now = deps.clock.now();
    const about = await load(em, userId, subject);
    const stored = about && (await storedAccess(em, userId, permission, about.organizationId));
    if (!about || !stored) return { allowed: false, reason: { kind: 'none' }, facts: null, level: 0 };
    const facts = factsFor(permission, stored, about, apiKey, now);
    return { ...decide(permission, facts, now), facts, level: levelOf(facts, now) };
  }

  /** A stranger to the organization is told nothing, not even that the thing exists. */
  const mayKnow = ({ facts, level }: Explained): boolean => {
    if (!facts) return false;
    if (facts.organizations.length === 0 || level >= everywhereLevel) return true;
    return facts.organizations.some(({ id }) => facts.memberOf.has(id));
  };

  const ask = (
    em: EntityManager,
    actor: Exclude<Actor, { kind: 'system' }>,
    permission: Permission,
    subject: Subject,
  ) => explain(em, actor.userId, permission, subject, actor.apiKey?.permissions ?? null);

  return {
    relate: (type, loader) => void loaders.set(type, loader),
    async can(em, actor, permission, subject) {
      return actor.kind === 'system' || (await ask(em, actor, permission, subject)).allowed;
    },
    async require(em, actor, permission, subject) {
      if (actor.kind === 'system') return;
      const answer = await ask(em, actor, permission, subject);
      if (answer.allowed) return;
      if (!mayKnow(answer)) throw new AppError('not_found');
      throw new AppError(
        answer.reason.kind === 'organization_suspended' ? 'organization_suspended' : 'forbidden',
      );
    },
    async permissionsIn(em, userId, organizationId) {
      const now = deps.clock.now();
      const stored = await storedAccess(em, userId, null, organizationId);
      if (!stored) return [];
      const about: SubjectFacts = { organizationId, contexts: [], relations: ['organization.member'] };
      return permissions.filter(
        (slug) => decide(slug, factsFor(slug, stored, about, null, now), now).allowed,
      );
    },
    explain: (em, userId, permission, subject) => explain(em, userId, permission, subject),
  };
}
