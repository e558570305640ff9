import type { EntityManager } from '@mikro-orm/postgresql';
import {
  Organization,
  OrganizationMembership,
  Role,
  User,
  UserRole,
  hashPassword,
} from '../identity/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { codePrefix, people } from './people.ts';
import type { DemoPerson } from './people.ts';

/** Whether nobody uses this database yet: the system account is always there. */
export async function isEmpty(em: EntityManager): Promise<boolean> {
  const [row] = await em.execute<{ taken: boolean }[]>(
    `select exists (select 1 from users where code <> 'SYS0000') as taken`,
  );
  return row?.taken === false;
}

/** Creates everybody of the demo school, members of the default organization. @returns users by e-mail */
export async function createPeople(
  em: EntityManager,
  clock: Clock,
  organization: Organization,
  passwordHash: string,
): Promise<Map<string, User>> {
  const roles = new Map((await em.find(Role, { organizationId: null })).map((role) => [role.slug, role]));
  const created = new Map<string, User>();
  for (const person of people) {
    const role = roles.get(person.role);
    if (!role) throw new Error(`role ${person.role} is missing`);
    const user = em.create(User, await userFields(em, clock, person, role, passwordHash));
    // The landing role is mirrored by an assignment, as for every account.
    const assigned = em.create(UserRole, { user, role });
    const membership = em.create(OrganizationMembership, {
      user,
      organization,
      role: person.role === 'admin' ? 'admin' : 'member',
      isPrimary: true,
    });
    em.persist([user, assigned, membership]);
    created.set(person.email, user);
  }
  await em.flush();
  return created;
}

async function userFields(
  em: EntityManager,
  clock: Clock,
  person: DemoPerson,
  role: Role,
  passwordHash: string,
) {
  const [row] = await em.execute<{ n: string }[]>(`select nextval('user_code_seq') as n`);
  const [firstName = person.name, ...rest] = person.name.split(' ');
  return {
    code: `${codePrefix[person.role]}${row?.n}`,
    primaryRole: role,
    email: person.email,
    emailVerifiedAt: clock.now(),
    passwordHash: person.signsIn ? passwordHash : null,
    passwordChangedAt: person.signsIn ? clock.now() : null,
    firstName,
    lastName: rest.join(' '),
    displayName: person.name,
    status: 'active' as const,
  };
}

const signingIn = people.filter((person) => person.signsIn).map(({ email, role }) => ({ email, role }));

/** The accounts that the demo's password opens, as far as they are in the database. */
export async function demoAccounts(em: EntityManager): Promise<typeof signingIn> {
  const rows = await em.find(
    User,
    { email: { $in: signingIn.map(({ email }) => email) } },
    { fields: ['email'] },
  );
  const there = new Set(rows.map(({ email }) => email));
  return signingIn.filter(({ email }) => there.has(email));
}

/**
 * Gives all demo accounts one password, and lifts their lockouts. Sign-ins that stand go on: a restart during a class
 * must not sign the class out.
 */
export async function setDemoPasswords(
  deps: { db: Database; clock: Clock },
  password: string,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await deps.db
    .em()
    .nativeUpdate(
      User,
      { email: { $in: signingIn.map(({ email }) => email) } },
      { passwordHash, passwordChangedAt: deps.clock.now(), failedLoginAttempts: 0, lockedUntil: null },
    );
}
