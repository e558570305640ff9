import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  permissionCatalogue,
  permissions,
  relationGrants,
  systemRoleGrants,
} from '../../shared/identity/permissions.ts';
import type { Permission, Relation } from '../../shared/identity/permissions.ts';
import { decide, everywhereLevel, levelOf } from '../../server/identity/access/access.policy.ts';
import type { AccessFacts, Assignment, Override } from '../../server/identity/access/access.policy.ts';
import { explainSteps } from '../../server/identity/access/explain.ts';
import {
  effective,
  makesCycle,
  mayGiveRole,
  mayTakeRole,
  whyNoChange,
} from '../../server/identity/access/roles.policy.ts';
import type { RoleInTree, Standing } from '../../server/identity/access/roles.policy.ts';
import { createTestDatabase } from '../support/db.ts';
import { sql } from '../support/factories.ts';

const now = new Date('2026-03-02T09:00:00Z');
const seed = 20260302;
const check = <T>(property: fc.IProperty<T>): void => fc.assert(property, { seed, numRuns: 400 });

// A small world, so that things meet: three organizations in the subject's chain, two that are none of its business.
const chain = ['school', 'district', 'state'];
const organizationIds = [...chain, 'elsewhere', 'far away'];
const contextIds = ['class', 'course', 'other course'];
const relations = Object.keys(relationGrants) as Relation[];

const permission = fc.constantFrom(...permissions);
const place = fc.record({
  organizationId: fc.option(fc.constantFrom(...organizationIds), { nil: null }),
  context: fc.option(
    fc.constantFrom(...contextIds).map((id) => ({ type: id === 'class' ? 'live_session' : 'course', id })),
    { nil: null },
  ),
  expiresAt: fc.option(
    fc.integer({ min: -3, max: 3 }).map((hours) => new Date(now.getTime() + hours * 3_600_000)),
    { nil: null },
  ),
});
const override: fc.Arbitrary<Override> = fc
  .tuple(place, fc.boolean())
  .map(([where, granted]) => ({ ...where, granted }));
const assignment: fc.Arbitrary<Assignment> = fc
  .tuple(
    place,
    fc.constantFrom('student', 'tutor', 'admin', 'auditor'),
    fc.constantFrom(10, 40, 80, 100),
    fc.array(fc.record({ role: fc.constantFrom('itself', 'its parent'), granted: fc.boolean() }), {
      maxLength: 3,
    }),
  )
  .map(([where, role, level, says]) => ({ ...where, role, level, says }));
const anyFacts: fc.Arbitrary<AccessFacts> = fc.record({
  usable: fc.boolean(),
  organizations: fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
    .map(([depth, suspended]) =>
      chain.slice(0, depth).map((id, index) => ({ id, suspended: suspended[index] === true && index === 1 })),
    ),
  memberOf: fc.subarray(organizationIds).map((ids) => new Set(ids)),
  primaryOrganizationId: fc.option(fc.constantFrom(...organizationIds), { nil: null }),
  contexts: fc.subarray([
    { type: 'live_session', id: 'class' },
    { type: 'course', id: 'course' },
  ]),
  overrides: fc.array(override, { maxLength: 6 }),
  assignments: fc.array(assignment, { maxLength: 6 }),
  relations: fc.subarray(relations),
  apiKey: fc.option(fc.subarray(permissions, { maxLength: 40 }), { nil: null }),
});

const facts = (over: Partial<AccessFacts>): AccessFacts => ({
  usable: true,
  organizations: [{ id: 'school', suspended: false }],
  memberOf: new Set(['school']),
  primaryOrganizationId: 'school',
  contexts: [],
  overrides: [],
  assignments: [],
  relations: [],
  apiKey: null,
  ...over,
});
const role = (over: Partial<Assignment>): Assignment => ({
  role: 'tutor',
  level: 40,
  organizationId: 'school',
  context: null,
  expiresAt: null,
  says: [{ role: 'tutor', granted: true }],
  ...over,
});
const except = (over: Partial<Override>): Override => ({
  granted: true,
  organizationId: 'school',
  context: null,
  expiresAt: null,
  ...over,
});
const course = { type: 'course', id: 'course' };
const isOver = ({ expiresAt }: { expiresAt: Date | null }): boolean => expiresAt !== null && expiresAt <= now;

describe('the one policy', () => {
  it('a denial by any role that holds beats every permission by roles', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const denied = {
          ...given,
          overrides: [],
          assignments: [...given.assignments, role({ says: [{ role: 'tutor', granted: false }] })],
        };
        const inSchool = {
          ...denied,
          organizations: [{ id: 'school', suspended: false }],
          memberOf: new Set([...given.memberOf, 'school']),
        };
        expect(decide(asked, inSchool, now).allowed).toBe(false);
      }),
    );
  });

  it('a person’s own exception in the nearest scope beats all their roles, either way', () => {
    check(
      fc.property(permission, anyFacts, fc.boolean(), (asked, given, granted) => {
        const exact = except({ granted, context: course });
        const here = {
          ...given,
          usable: true,
          apiKey: null,
          organizations: [{ id: 'school', suspended: false }],
          memberOf: new Set(['school']),
          contexts: [course],
          overrides: [...given.overrides.filter(({ context }) => context?.id !== 'course'), exact],
        };
        expect(decide(asked, here, now)).toEqual({
          allowed: granted,
          reason: { kind: 'override', granted, scope: 'context' },
        });
      }),
    );
  });

  it('of exceptions in several scopes the nearest decides; in one scope the denial', () => {
    const near = (...granted: [boolean, boolean, boolean, boolean]): boolean =>
      decide(
        'course.read',
        facts({
          organizations: [
            { id: 'school', suspended: false },
            { id: 'district', suspended: false },
          ],
          contexts: [{ type: 'live_session', id: 'class' }, course],
          overrides: [
            except({ granted: granted[3], organizationId: null }),
            except({ granted: granted[2], organizationId: 'district' }),
            except({ granted: granted[1], context: course }),
            except({ granted: granted[0], context: { type: 'live_session', id: 'class' } }),
          ],
        }),
        now,
      ).allowed;
    check(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean(), (a, b, c, d) => {
        expect(near(a, b, c, d)).toBe(a);
      }),
    );
    const both = [except({ granted: true }), except({ granted: false })];
    for (const overrides of [both, both.toReversed()])
      expect(decide('course.read', facts({ overrides }), now).allowed).toBe(false);
  });

  it('what has expired is as if it were not there', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const left = {
          ...given,
          overrides: given.overrides.filter((one) => !isOver(one)),
          assignments: given.assignments.filter((one) => !isOver(one)),
        };
        expect(decide(asked, given, now)).toEqual(decide(asked, left, now));
        expect(levelOf(given, now)).toBe(levelOf(left, now));
      }),
    );
    const until = role({ expiresAt: now });
    expect(decide('course.read', facts({ assignments: [until] }), new Date(now.getTime() - 1)).allowed).toBe(
      true,
    );
    expect(decide('course.read', facts({ assignments: [until] }), now).allowed).toBe(false);
  });

  it('nothing that somebody is or has in another organization or context ever allows anything here', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const reached = given.organizations.map(({ id }) => id);
        fc.pre(reached.length > 0);
        const stranger = {
          ...given,
          memberOf: new Set(['elsewhere', 'far away']),
          primaryOrganizationId: 'elsewhere',
          assignments: given.assignments.filter(({ level }) => level < everywhereLevel),
        };
        expect(decide(asked, stranger, now).allowed).toBe(false);
      }),
    );
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const near = ({ organizationId, context }: Pick<Override, 'organizationId' | 'context'>): boolean =>
          context
            ? given.contexts.some(({ id }) => id === context.id)
            : organizationId === null || given.organizations.some(({ id }) => id === organizationId);
        const without = {
          ...given,
          overrides: given.overrides.filter(near),
          assignments: given.assignments.filter(near),
        };
        expect(decide(asked, given, now)).toEqual(decide(asked, without, now));
      }),
    );
  });

  it('an API key never allows more than the person, and never what it does not name', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const byKey = decide(asked, given, now).allowed;
        const self = decide(asked, { ...given, apiKey: null }, now).allowed;
        expect(byKey).toBe(self && (given.apiKey === null || given.apiKey.includes(asked)));
      }),
    );
  });

  it('in a suspended organization, or one below it, only roles of the installation may do anything', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const shut = {
          ...given,
          organizations: [
            { id: 'school', suspended: false },
            { id: 'district', suspended: true },
          ],
          assignments: given.assignments.filter(({ level }) => level < everywhereLevel),
        };
        expect(decide(asked, shut, now).allowed).toBe(false);
      }),
    );
    const shut = facts({ organizations: [{ id: 'school', suspended: true }] });
    const everywhere = role({ level: everywhereLevel, organizationId: null });
    expect(decide('course.read', { ...shut, assignments: [everywhere] }, now).allowed).toBe(true);
  });

  it('an account that may not be used may nothing', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        expect(decide(asked, { ...given, usable: false }, now).allowed).toBe(false);
      }),
    );
  });

  it('the order in which rows come makes no difference, not even to the reason', () => {
    const shuffled = anyFacts.chain((given) =>
      fc
        .tuple(
          fc.shuffledSubarray([...given.overrides], { minLength: given.overrides.length }),
          fc.shuffledSubarray([...given.assignments], { minLength: given.assignments.length }),
        )
        .map(([overrides, assignments]) => [given, { ...given, overrides, assignments }] as const),
    );
    check(
      fc.property(permission, shuffled, (asked, [given, mixed]) => {
        expect(decide(asked, mixed, now).allowed).toBe(decide(asked, given, now).allowed);
        const kindOf = (one: AccessFacts): unknown => {
          const { reason } = decide(asked, one, now);
          return reason.kind === 'role' ? [reason.role, reason.scope, reason.granted] : reason;
        };
        expect(kindOf(mixed)).toEqual(kindOf(given));
      }),
    );
  });

  it('taking a permission away never gives one', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        fc.pre(!decide(asked, given, now).allowed);
        const less = {
          ...given,
          overrides: given.overrides.map((one) => ({ ...one, granted: false })),
          assignments: given.assignments.map((one) => ({
            ...one,
            says: one.says.map((said) => ({ ...said, granted: false })),
          })),
          relations: [],
        };
        expect(decide(asked, less, now).allowed).toBe(false);
      }),
    );
  });

  it('a relation is the last word, and needs the membership', () => {
    const teaches = facts({ relations: ['course.instructor'], contexts: [course] });
    expect(decide('live.host', teaches, now).reason).toEqual({
      kind: 'relation',
      relation: 'course.instructor',
    });
    expect(decide('user.delete', teaches, now).allowed).toBe(false);
    expect(decide('live.host', { ...teaches, memberOf: new Set(['elsewhere']) }, now).allowed).toBe(false);
    const forbidden = role({ says: [{ role: 'tutor', granted: false }] });
    expect(decide('live.host', { ...teaches, assignments: [forbidden] }, now).allowed).toBe(false);
  });

  it('a denial by name holds also for who is no member any more; a permission does not', () => {
    const gone = facts({ memberOf: new Set() });
    const superAdmin = role({ level: everywhereLevel, organizationId: null });
    expect(decide('course.read', { ...gone, overrides: [except({})] }, now).allowed).toBe(false);
    const both = { ...gone, assignments: [superAdmin], overrides: [except({ granted: false })] };
    expect(decide('course.read', both, now).allowed).toBe(false);
  });
});

describe('the explanation', () => {
  it('names exactly one step as the one that decided, unless the key did, and it says what the decision says', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const itself = { ...given, apiKey: null };
        const { allowed } = decide(asked, itself, now);
        const decisive = explainSteps(asked, itself, now).filter((step) => step.decisive);
        expect(decisive).toHaveLength(1);
        expect(decisive[0]?.outcome).toBe(allowed ? 'allows' : 'denies');
      }),
    );
  });

  it('says nothing of what somebody is in other organizations', () => {
    check(
      fc.property(permission, anyFacts, (asked, given) => {
        const foreign = role({ role: 'secret role', organizationId: 'far away' });
        const steps = explainSteps(asked, { ...given, assignments: [...given.assignments, foreign] }, now);
        expect(JSON.stringify(steps)).not.toContain('secret role');
      }),
    );
  });
});

describe('the catalogue', () => {
  let database: { url: string; drop(): Promise<void> };
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('is the same in the code and in the database', async () => {
    const stored = await sql<{ slug: Permission; name: string }>(
      database.url,
      'select slug, name from permissions order by slug',
    );
    expect(Object.fromEntries(stored.map(({ slug, name }) => [slug, name]))).toEqual(permissionCatalogue);
    const roles = await sql<{ slug: string; says: Permission[] }>(
      database.url,
      `select r.slug, coalesce(array_agg(p.slug) filter (where p.slug is not null), '{}') as says from roles r
       left join role_permissions rp on rp.role_id = r.id and rp.granted left join permissions p on p.id = rp.permission_id
       where r.organization_id is null group by r.slug`,
    );
    expect(roles.length).toBeGreaterThan(8);
    for (const { slug, says } of roles)
      expect(says.toSorted()).toEqual([...(systemRoleGrants[slug] ?? [])].toSorted());
  });
});

describe('changes of roles', () => {
  const slugs = ['a', 'b', 'c'];
  const ids = ['r0', 'r1', 'r2', 'r3'];
  const says = fc
    .tuple(...slugs.map(() => fc.constantFrom<boolean | null>(null, true, false)))
    .map((values) =>
      values.flatMap((granted, at) => (granted === null ? [] : [{ slug: slugs[at] ?? '', granted }])),
    );
  const anyRole = fc.record({
    parentRoleId: fc.constantFrom(null, ...ids),
    level: fc.constantFrom(0, 30, 60),
    says,
  });
  const act = fc.oneof(
    fc.record({ kind: fc.constant('change' as const), by: fc.nat(2), at: fc.nat(3), to: anyRole }),
    fc.record({
      kind: fc.constantFrom('give' as const, 'take' as const),
      by: fc.nat(2),
      to: fc.nat(2),
      at: fc.nat(3),
    }),
  );
  type Tree = Map<string, RoleInTree>;
  const tree = (made: readonly Omit<RoleInTree, 'id' | 'slug' | 'isSystem'>[]): Tree => {
    const roles: Tree = new Map();
    for (const [at, one] of made.entries()) {
      const id = ids[at] ?? '';
      const parentRoleId =
        makesCycle(id, one.parentRoleId, roles) || !roles.has(one.parentRoleId ?? '')
          ? null
          : one.parentRoleId;
      roles.set(id, { ...one, id, slug: id, isSystem: false, parentRoleId });
    }
    return roles;
  };
  /** What somebody may, and their level: as the policy decides it for their roles, and what the account itself may. */
  const standingOf = (base: readonly string[], held: ReadonlySet<string>, roles: Tree): Standing => {
    const mine = [...held].flatMap((id) => roles.get(id) ?? []);
    const said = mine.flatMap((one) => effective(one, roles));
    return {
      level: Math.max(40, ...mine.map(({ level }) => level)),
      may: (slug) =>
        !said.some((one) => one.slug === slug && !one.granted) &&
        (base.includes(slug) || said.some((one) => one.slug === slug)),
    };
  };

  it('and of who has them, in any order, give nobody what nobody of those who act had', () => {
    check(
      fc.property(
        fc.array(anyRole, { minLength: 4, maxLength: 4 }),
        fc.array(fc.tuple(fc.subarray(slugs), fc.subarray(ids)), { minLength: 3, maxLength: 3 }),
        fc.array(act, { maxLength: 12 }),
        (made, people, acts) => {
          let roles = tree(made);
          const held = people.map(([, mine]) => new Set(mine));
          const standing = (at: number) => standingOf(people[at]?.[0] ?? [], held[at] ?? new Set(), roles);
          const had = new Set(slugs.filter((slug) => people.some((_, at) => standing(at).may(slug))));
          const highest = Math.max(...people.map((_, at) => standing(at).level));
          for (const one of acts) {
            const who = standing(one.by);
            const was = roles.get(ids[one.at] ?? '');
            if (!was) continue;
            if (one.kind === 'change') {
              const next = { ...was, ...one.to };
              if (makesCycle(was.id, next.parentRoleId, roles)) continue;
              const own = held[one.by] ?? new Set();
              if (whyNoChange(next, roles, who, own) === null) roles = new Map(roles).set(was.id, next);
            } else if (one.by !== one.to && who.level >= standing(one.to).level) {
              if (one.kind === 'give' && mayGiveRole(was, roles, who)) held[one.to]?.add(was.id);
              if (one.kind === 'take' && mayTakeRole(was, roles, who)) held[one.to]?.delete(was.id);
            }
          }
          for (const [at] of people.entries()) {
            expect(slugs.filter((slug) => standing(at).may(slug) && !had.has(slug))).toEqual([]);
            expect(standing(at).level).toBeLessThanOrEqual(highest);
          }
        },
      ),
    );
  });
});
