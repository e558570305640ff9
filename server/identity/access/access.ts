import type { EntityManager } from '@mikro-orm/postgresql';
import { permissions as everyPermission } from '../../../shared/identity/permissions.ts';
import type { Permission, Relation, SubjectType } from '../../../shared/identity/permissions.ts';
import type { Actor, UserActor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { isUsable } from '../accounts/account.ts';
import { decide, everywhereLevel, levelOf } from './access.policy.ts';
import type { AccessFacts, Context, Decision } from './access.policy.ts';
import { storedAccess, systemSource } from './access.repository.ts';
import type { StoredAccess, StoredSubject, SubjectRow } from './access.repository.ts';

export type { SubjectRow } from './access.repository.ts';

/** What a right is asked about. */
export type Subject = { type: 'system' } | { type: Exclude<SubjectType, 'system'>; id: string };

/** What a feature knows of one of its things, towards one person. */
export interface SubjectFacts {
  /** Itself and what it is part of, nearest first, as far as roles can be given there. */
  contexts: readonly Context[];
  relations: readonly Relation[];
}

/** How to read a kind of thing, within the one statement that reads the rights. */
export interface SubjectSource<R extends SubjectRow = SubjectRow> {
  /**
   * A select of one row per thing in `:ids` (`uuid[]`), with `id`, `organization_id` and whatever `read` wants to know; `:user` is
   * the person. What does not exist has no row. The row comes back as JSON: instants are strings.
   */
  sql: string;
  read(row: R, userId: string, now: Date): SubjectFacts;
}

/** A person whose rights are asked for, with the API key they use, if any. */
export type Who = Pick<UserActor, 'userId' | 'apiKey'>;

/** What somebody may do to one thing, of the permissions that were asked about. */
export interface Rights {
  may(permission: Permission): boolean;
  /** @throws Error when the permission was not asked about */
  decision(permission: Permission): Decision;
  organizationId: string | null;
  relations: readonly Relation[];
  /** A stranger to the organization is told nothing, not even that the thing exists. */
  mayKnow: boolean;
  /** The highest level that the person has there. */
  level: number;
}

/** A decision with what it was made from, for the explorer. `facts` null: the subject or the person does not exist. */
export interface Explained extends Decision {
  facts: AccessFacts | null;
  /** The highest level that the person has there. */
  level: number;
  /** A stranger to the organization is told nothing, not even that the thing exists. */
  mayKnow: boolean;
}

/** Rights: the one place that REST, sockets, notes and media ask. */
export interface Access {
  /** Tells how to read a kind of subject; each feature does it for its own things. */
  relate<R extends SubjectRow>(type: Exclude<SubjectType, 'system'>, source: SubjectSource<R>): void;
  can(em: EntityManager, actor: Actor, permission: Permission, subject: Subject): Promise<boolean>;
  /**
   * @throws AppError not_found where there is no such thing or it is of an organization that is none of the person's
   *   business; organization_suspended; forbidden
   */
  require(em: EntityManager, actor: Actor, permission: Permission, subject: Subject): Promise<void>;
  /** Several permissions on one thing, in one statement; null when there is no such thing. */
  rights(
    em: EntityManager,
    who: Who,
    permissions: readonly Permission[],
    subject: Subject,
  ): Promise<Rights | null>;
  /** The same for many things of one kind, by their id, still in one statement. */
  rightsTo(
    em: EntityManager,
    who: Who,
    permissions: readonly Permission[],
    type: Exclude<SubjectType, 'system'>,
    ids: readonly string[],
  ): Promise<Map<string, Rights>>;
  /** Everything that a person may do in an organization by role or exception: what the screens offer. */
  permissionsIn(em: EntityManager, userId: string, organizationId: string): Promise<Permission[]>;
  /**
   * The organization that a thing belongs to; null where there is no such thing, or it is none of the person's business (with an
   * API key: nothing of where the key works).
   */
  placeOf(em: EntityManager, who: Who, subject: { type: string; id: string }): Promise<string | null>;
  /** The decision with its reason, for a person who need not be the one who asks. */
  explain(em: EntityManager, userId: string, permission: Permission, subject: Subject): Promise<Explained>;
}

/** What was read, as the policy wants it for one permission. */
function factsFor(
  permission: Permission,
  stored: StoredAccess,
  subject: { organizations: StoredSubject['organizations']; facts: SubjectFacts },
  apiKey: readonly string[] | null,
  now: Date,
): AccessFacts {
  const meant = (one: { permission: string }): boolean => one.permission === permission;
  return {
    organizations: subject.organizations,
    primaryOrganizationId: stored.primaryOrganizationId,
    overrides: stored.overrides.filter(meant),
    assignments: stored.assignments.map((one) => ({ ...one, says: one.says.filter(meant) })),
    usable: isUsable(stored.account, now),
    memberOf: new Set(stored.memberOf),
    contexts: subject.facts.contexts,
    relations: subject.facts.relations,
    apiKey,
  };
}

function mayKnow(one: Loaded, facts: AccessFacts, level: number): boolean {
  if (one.id === null || one.relations.length > 0 || level >= everywhereLevel) return true;
  return facts.organizations.some(({ id }) => facts.memberOf.has(id));
}

/** A key works where it was made, and below: elsewhere it names nothing. */
function keyPermissions(
  key: Who['apiKey'],
  organizations: StoredSubject['organizations'],
): readonly string[] | null {
  if (!key) return null;
  const reaches = organizations.length === 0 || organizations.some(({ id }) => id === key.organizationId);
  return reaches ? key.permissions : [];
}

const systemSubject: SubjectSource = {
  sql: systemSource,
  read: () => ({ contexts: [], relations: [] }),
};

/** One thing, and the person's facts about it for whichever permission. */
interface Loaded {
  id: string | null;
  organizationId: string | null;
  relations: readonly Relation[];
  factsFor(permission: Permission): AccessFacts;
}

export function createAccess(deps: { clock: Clock }): Access {
  const sources = new Map<string, SubjectSource>();

  async function load(
    em: EntityManager,
    who: Who,
    permissions: readonly Permission[],
    type: SubjectType,
    ids: readonly string[],
  ): Promise<Loaded[]> {
    const source = type === 'system' ? systemSubject : sources.get(type);
    if (!source) throw new Error(`nobody knows how to read a ${type}`);
    const found = await storedAccess(em, who.userId, permissions, { source: source.sql, ids });
    if (!found) return [];
    const now = deps.clock.now();
    return found.subjects.map(({ row, organizations }) => {
      const facts = source.read(row, who.userId, now);
      return {
        id: row.id,
        organizationId: row.organization_id,
        relations: facts.relations,
        factsFor: (permission) =>
          factsFor(
            permission,
            found.stored,
            { organizations, facts },
            keyPermissions(who.apiKey, organizations),
            now,
          ),
      };
    });
  }

  const idsOf = (subject: Subject): string[] => (subject.type === 'system' ? [] : [subject.id]);

  async function explain(
    em: EntityManager,
    who: Who,
    permission: Permission,
    subject: Subject,
  ): Promise<Explained> {
    const [one] = await load(em, who, [permission], subject.type, idsOf(subject));
    if (!one) return { allowed: false, reason: { kind: 'none' }, facts: null, level: 0, mayKnow: false };
    const now = deps.clock.now();
    const facts = one.factsFor(permission);
    const level = levelOf(facts, now);
    return { ...decide(permission, facts, now), facts, level, mayKnow: mayKnow(one, facts, level) };
  }

  function rightsOf(one: Loaded, permissions: readonly Permission[]): Rights {
    const now = deps.clock.now();
    const decided = new Map(
      permissions.map((permission) => [permission, decide(permission, one.factsFor(permission), now)]),
    );
    const decision = (permission: Permission): Decision => {
      const made = decided.get(permission);
      if (!made) throw new Error(`${permission} was not asked about`);
      return made;
    };
    const facts = one.factsFor(permissions[0] ?? everyPermission[0]);
    const level = levelOf(facts, now);
    return {
      decision,
      may: (permission) => decision(permission).allowed,
      organizationId: one.organizationId,
      relations: one.relations,
      mayKnow: mayKnow(one, facts, level),
      level,
    };
  }

  return {
    relate: (type, source) => void sources.set(type, source as unknown as SubjectSource),
    async can(em, actor, permission, subject) {
      return actor.kind === 'system' || (await explain(em, actor, permission, subject)).allowed;
    },
    async require(em, actor, permission, subject) {
      if (actor.kind === 'system') return;
      const { allowed, reason, mayKnow: known } = await explain(em, actor, permission, subject);
      if (allowed) return;
      if (!known) throw new AppError('not_found');
      throw new AppError(reason.kind === 'organization_suspended' ? 'organization_suspended' : 'forbidden');
    },
    async rights(em, who, permissions, subject) {
      const [one] = await load(em, who, permissions, subject.type, idsOf(subject));
      return one ? rightsOf(one, permissions) : null;
    },
    async rightsTo(em, who, permissions, type, ids) {
      if (ids.length === 0) return new Map();
      const found = await load(em, who, permissions, type, ids);
      return new Map(found.map((one) => [one.id ?? '', rightsOf(one, permissions)]));
    },
    async permissionsIn(em, userId, organizationId) {
      const subject = { type: 'organization', id: organizationId } as const;
      const [one] = await load(em, { userId }, everyPermission, subject.type, [organizationId]);
      if (!one) return [];
      const rights = rightsOf(one, everyPermission);
      return everyPermission.filter((slug) => rights.may(slug));
    },
    async placeOf(em, { userId, apiKey }, { type, id }) {
      if (!sources.has(type)) return null;
      const subject = { type, id } as Subject;
      const { facts, mayKnow: known } = await explain(em, { userId }, everyPermission[0], subject);
      const [nearest] = facts?.organizations ?? [];
      if (!known || !nearest) return null;
      const reached = !apiKey || facts?.organizations.some((one) => one.id === apiKey.organizationId);
      return reached ? nearest.id : null;
    },
    explain: (em, userId, permission, subject) => explain(em, { userId }, permission, subject),
  };
}
