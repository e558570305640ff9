import { randomUUID } from 'node:crypto';
import type { CatalogueItem, Recommendation } from '../../shared/courses/catalogue.ts';
import type { SignedInView } from '../../shared/identity/contract.ts';
import { startServer } from '../identity/server.ts';
import type { Reply, TestServer } from '../identity/server.ts';
import { createCourse, createUser, password, sql } from '../support/factories.ts';

/** Somebody signed in. */
export interface Person {
  id: string;
  email: string;
  token: string;
}

/** A school whose courses are found, entered and asked for; `elsewhere` is another one. */
export interface Offering {
  server: TestServer;
  /** Ids of the two organizations. */
  own: string;
  elsewhere: string;
  teacher: Person;
  rows<T extends object>(statement: string, ...values: unknown[]): Promise<T[]>;
  person(role?: string, organization?: string): Promise<Person>;
  /** A published course that is open to all. @param change what is otherwise, as SQL */
  course(change?: string, title?: string): Promise<string>;
  category(
    name: string,
    over?: { parent?: string; organization?: string | null; change?: string },
  ): Promise<string>;
  link(courseId: string, categoryId: string, isPrimary?: boolean): Promise<unknown>;
  ask<T>(who: Person, method: string, path: string, body?: unknown): Promise<Reply<T>>;
  find(who: Person, query?: string): Promise<Reply<{ items: CatalogueItem[]; nextCursor: string | null }>>;
  titles(who: Person, query?: string): Promise<string[]>;
  recommend(who: Person, query?: string): Promise<Recommendation[]>;
  enroll(who: Person, courseId: string): Promise<Reply<CatalogueItem>>;
  withdraw(who: Person, courseId: string): Promise<Reply<unknown>>;
  /** How somebody's enrolment stands in the database. */
  enrollment(who: Person, courseId: string): Promise<EnrollmentRow[]>;
  places(courseId: string): Promise<number | undefined>;
  /** Actions of the audit trail about a course. */
  trail(courseId: string): Promise<string[]>;
}

export interface EnrollmentRow {
  status: string;
  enrollment_type: string;
  enrolled_by: string | null;
  approved_by: string | null;
  approved: boolean;
  withdrawal_reason: string | null;
}

export async function startOffering(): Promise<Offering> {
  const server = await startServer();
  const rows = <T extends object>(statement: string, ...values: unknown[]) =>
    sql<T>(server.databaseUrl, statement, values);
  const [home] = await rows<{ id: string }>(`select id from organizations where slug = 'default'`);
  const [other] = await rows<{ id: string }>(
    `insert into organizations (name, slug) values ('Elsewhere', 'elsewhere') returning id`,
  );
  const [own, elsewhere] = [home?.id ?? '', other?.id ?? ''];

  async function person(role = 'student', organization = 'default'): Promise<Person> {
    const email = `${randomUUID()}@test.lectern`;
    const displayName = `A ${role}`;
    const id = await createUser(server.databaseUrl, { email, displayName, role, organization });
    const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
    return { id, email, token: body.accessToken };
  }
  const teacher = await person('instructor');
  const ask = <T>(who: Person, method: string, path: string, body?: unknown) =>
    server.ask<T>(method, path, { token: who.token, body });
  const find = (who: Person, query = '') =>
    ask<{ items: CatalogueItem[]; nextCursor: string | null }>(who, 'GET', `/catalogue${query}`);

  return {
    server,
    own,
    elsewhere,
    teacher,
    rows,
    person,
    async course(change = '', title = 'First aid') {
      const id = await createCourse(server.databaseUrl, teacher.id, title);
      if (change) await rows(`update courses set ${change} where id = $1`, id);
      return id;
    },
    async category(name, { parent, organization = own, change } = {}) {
      const [made] = await rows<{ id: string }>(
        'insert into course_categories (organization_id, parent_id, name, slug) values ($1, $2, $3, $4) returning id',
        organization,
        parent ?? null,
        name,
        `c-${randomUUID()}`,
      );
      const id = made?.id ?? '';
      if (change) await rows(`update course_categories set ${change} where id = $1`, id);
      return id;
    },
    link: (courseId, categoryId, isPrimary = false) =>
      rows(
        'insert into course_category_links (course_id, category_id, is_primary) values ($1, $2, $3)',
        courseId,
        categoryId,
        isPrimary,
      ),
    ask,
    find,
    titles: async (who, query) => (await find(who, query)).body.items.map(({ title }) => title),
    recommend: async (who, query = '') =>
      (await ask<{ items: Recommendation[] }>(who, 'GET', `/recommendations${query}`)).body.items,
    enroll: (who, courseId) => ask(who, 'POST', `/courses/${courseId}/enroll`),
    withdraw: (who, courseId) => ask(who, 'POST', `/courses/${courseId}/withdraw`),
    enrollment: (who, courseId) =>
      rows(
        `select status, enrollment_type, enrolled_by, approved_by, approved_at is not null as approved, withdrawal_reason
         from enrollments where user_id = $1 and course_id = $2`,
        who.id,
        courseId,
      ),
    places: async (courseId) =>
      (await rows<{ n: number }>('select enrollment_count as n from courses where id = $1', courseId))[0]?.n,
    trail: async (courseId) =>
      (
        await rows<{ action: string }>(
          `select action from audit_logs where resource_id = $1 order by seq`,
          courseId,
        )
      ).map(({ action }) => action),
  };
}
