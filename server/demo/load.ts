import { Course, Enrollment } from '../courses/index.ts';
import { Organization, Role, UserRole, hashPassword } from '../identity/index.ts';
import type { User } from '../identity/index.ts';
import type { RoleSlug } from '../../shared/identity/contract.ts';
import type { Audit } from '../audit/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { createPeople, demoAccounts, isEmpty } from './accounts.ts';
import { catalogue } from './catalogue.ts';
import type { DemoCourse } from './catalogue.ts';
import { createCategories } from './categories.ts';
import { createFields } from './fields.ts';
import { createOffers } from './offers.ts';
import { studentEmail } from './people.ts';
import { createProfiles } from './profiles.ts';
import { createRights } from './rights.ts';
import { createSurroundings } from './surroundings.ts';
import { createTraces } from './traces.ts';

/** Two processes that start at once must not both find the database empty. */
export const demoLock = 'select pg_advisory_xact_lock(7305802)';

export interface LoadDemoDeps {
  db: Database;
  clock: Clock;
  audit: Pick<Audit, 'record'>;
  /** The password of the accounts; asked for only when they are created. */
  password: () => string | Promise<string>;
}

/**
 * Fills an empty database with the demo school: people, courses, enrolments. A database that anybody uses is left alone.
 * @returns whether it was filled now, and the accounts that the password opens
 */
export async function loadDemo(
  deps: LoadDemoDeps,
): Promise<{ loaded: boolean; accounts: { email: string; role: RoleSlug }[] }> {
  return deps.db.transaction(async (tx) => {
    await tx.em.execute(demoLock);
    const loaded = await isEmpty(tx.em);
    if (loaded) await createSchool(tx, deps);
    return { loaded, accounts: await demoAccounts(tx.em) };
  });
}

async function createSchool(tx: Transaction, deps: LoadDemoDeps): Promise<void> {
  const organization = await tx.em.findOneOrFail(Organization, { slug: 'default' });
  const passwordHash = await hashPassword(await deps.password());
  const users = await createPeople(tx.em, deps.clock, organization, passwordHash);
  const assistantRole = await tx.em.findOneOrFail(Role, { slug: 'course_assistant', organizationId: null });
  for (const course of catalogue) createCourse(tx, deps.clock, organization, users, course, assistantRole);
  await tx.em.flush();
  // A course is recognised as the demo's by its metadata, so that nobody's own course is ever taken for one.
  await tx.em.execute(`update courses set metadata = '{"demo": true}' where organization_id = ?`, [
    organization.id,
  ]);
  await createSurroundings(tx.em, organization, (email) => personOf(users, email));
  await createFields(tx.em, organization, (email) => personOf(users, email));
  await createOffers(tx.em, deps.clock, organization, (email) => personOf(users, email));
  await createCategories(tx.em, organization);
  await createProfiles(tx.em, deps.clock, (email) => personOf(users, email));
  await createRights(tx.em, deps.clock, organization, (email) => personOf(users, email));
  await createTraces(deps, tx, organization, (email) => personOf(users, email));
}

function createCourse(
  tx: Transaction,
  clock: Clock,
  organization: Organization,
  users: Map<string, User>,
  plan: DemoCourse,
  assistantRole: Role,
): void {
  const teacher = personOf(users, plan.teacher);
  const learners = studentsOf(plan).map((number) => personOf(users, studentEmail(number)));
  const { code, slug, title, subtitle, description } = plan;
  const course = tx.em.create(Course, {
    organizationId: organization.id,
    instructorId: teacher.id,
    code,
    slug,
    title,
    subtitle,
    description,
    status: 'published',
    visibility: plan.isPublic ? 'public' : 'restricted',
    type: 'instructor_led',
    enrollmentCount: learners.length,
    publishedAt: clock.now(),
    createdBy: teacher.id,
  });
  tx.em.persist(course);
  for (const learner of learners) {
    const fields = { organizationId: organization.id, userId: learner.id, course, enrolledBy: teacher.id };
    tx.em.persist(tx.em.create(Enrollment, { ...fields, enrollmentType: 'admin' }));
  }
  if (plan.assistant === undefined) return;
  const user = personOf(users, plan.assistant);
  tx.em.persist(
    tx.em.create(UserRole, {
      user,
      role: assistantRole,
      contextType: 'course',
      contextId: course.id,
      assignedBy: teacher.id,
    }),
  );
}

function studentsOf({ students: { from, to, also = [] } }: DemoCourse): number[] {
  return [...also, ...Array.from({ length: to - from + 1 }, (_, index) => from + index)];
}

function personOf(users: Map<string, User>, email: string): User {
  const user = users.get(email);
  if (!user) throw new Error(`the demo school has no ${email}`);
  return user;
}
