import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LearnerCourseView } from '../../shared/courses/learner.ts';
import type { MeView, SignedInView } from '../../shared/identity/contract.ts';
import type { PersonDetailView, PersonView } from '../../shared/identity/people.ts';
import type { ReportView } from '../../shared/identity/profiles.ts';
import { createCourse, createUser, enroll, password, sql } from '../support/factories.ts';
import { startServer } from './server.ts';
import type { TestServer } from './server.ts';

interface Someone {
  id: string;
  email: string;
  token: string;
  name: string;
}
type Page = { items: ReportView[]; nextCursor: string | null };
type Detail = Omit<PersonDetailView, 'status'>;

let server: TestServer;
let organizationId: string;
let admin: Someone;

const rows = <T extends object>(statement: string, ...values: unknown[]) =>
  sql<T>(server.databaseUrl, statement, values);

async function person(name: string, role = 'instructor', organization = 'default'): Promise<Someone> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@reports.test`;
  const id = await createUser(server.databaseUrl, { email, displayName: name, role, organization });
  const { body } = await server.ask<SignedInView>('POST', '/auth/sign-in', { body: { email, password } });
  return { id, email, token: body.accessToken, name };
}

const change = (who: Someone, body: object, by = admin) =>
  server.ask<Detail>('PATCH', `/organizations/${organizationId}/people/${who.id}`, { token: by.token, body });
const setManager = (who: Someone, manager: Someone | null) => change(who, { managerId: manager?.id ?? null });
const reports = (who: Someone, query = '') =>
  server.ask<Page>('GET', `/me/reports${query}`, { token: who.token });
const namesOf = async (who: Someone, query = '') =>
  (await reports(who, query)).body.items.map(({ level, displayName }) => `${level} ${displayName}`);
const courses = (who: Someone, of: Someone) =>
  server.ask<{ items: LearnerCourseView[] }>('GET', `/me/children/${of.id}/courses`, { token: who.token });
const managerOf = async (who: Someone) =>
  (
    await rows<{ manager_id: string | null }>(
      'select manager_id from user_profiles where user_id = $1',
      who.id,
    )
  )[0]?.manager_id ?? null;

beforeAll(async () => {
  server = await startServer();
  await rows(`insert into organizations (name, slug) values ('Elsewhere', 'elsewhere')`);
  const [own] = await rows<{ id: string }>(`select id from organizations where slug = 'default'`);
  organizationId = own?.id ?? '';
  admin = await person('Admin', 'admin');
});
afterAll(() => server.close());

describe('a manager', () => {
  it('is given by who looks after the account, with the rest of what the organization keeps', async () => {
    const [boss, ana] = [await person('Boss One'), await person('Ana One')];
    const work = { jobTitle: 'Tutor', department: 'Languages', employeeId: 'L-7', hireDate: '2024-09-01' };
    const { status, body } = await change(ana, { ...work, managerId: boss.id });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...work, manager: { id: boss.id, displayName: 'Boss One' } });
    const seen = await server.ask('GET', `/users/${ana.id}/profile`, { token: ana.token });
    expect(seen.body).toMatchObject({
      confidential: { hireDate: '2024-09-01', manager: { displayName: 'Boss One' } },
    });
    const [entry] = await rows<{ new_values: object }>(
      `select d.new_values from audit_logs a join audit_log_details d on d.audit_log_id = a.id where a.resource_id = $1 and a.action = 'user.updated'`,
      ana.id,
    );
    expect(entry?.new_values).toMatchObject({ manager_id: boss.id, hire_date: '2024-09-01' });
    expect((await setManager(ana, null)).body).toMatchObject({ manager: null, hireDate: '2024-09-01' });
    expect((await change(ana, { managerId: boss.id }, boss)).body.code).toBe('forbidden');
    for (const wrong of [{ hireDate: '2024-13-01' }, { hireDate: 'soon' }, { managerId: 'Boss' }])
      expect((await change(ana, wrong)).body.code).toBe('invalid_input');
  });

  it('is never oneself, nor anybody whose manager one is', async () => {
    const [ana, ben, cleo] = [await person('Ana Two'), await person('Ben Two'), await person('Cleo Two')];
    expect((await setManager(ana, ana)).body.code).toBe('manager_cycle');
    await expect(
      rows('insert into user_profiles (user_id, manager_id) values ($1, $1)', ana.id),
    ).rejects.toThrow('user_profiles_not_own_manager_check');
    expect((await setManager(ben, ana)).status).toBe(200);
    expect((await setManager(cleo, ben)).status).toBe(200);
    expect((await setManager(ana, ben)).body.code).toBe('manager_cycle');
    expect((await setManager(ana, cleo)).body.code).toBe('manager_cycle');
    expect(await managerOf(ana)).toBeNull();
    // Somebody who is below somebody else is no circle.
    expect((await setManager(cleo, ana)).status).toBe(200);
  });

  it('of each other, asked for at the same time, is not given twice', async () => {
    const [ana, ben] = [await person('Ana Three'), await person('Ben Three')];
    const answers = await Promise.all([setManager(ana, ben), setManager(ben, ana)]);
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409]);
  });

  it('is somebody of the organization', async () => {
    const ana = await person('Ana Four');
    const stranger = await person('Stranger', 'instructor', 'elsewhere');
    const gone = await person('Gone');
    await rows('update users set deleted_at = now() where id = $1', gone.id);
    const nobody = { ...stranger, id: '00000000-0000-7000-8000-000000000000' };
    for (const one of [stranger, gone, nobody]) {
      const { body } = await setManager(ana, one);
      expect(body).toMatchObject({ code: 'invalid_input', errors: [{ path: 'managerId' }] });
    }
    expect(await managerOf(ana)).toBeNull();
  });
});

describe('the reports of a manager', () => {
  it('are the people below, the nearest first, page by page', async () => {
    const [head, ana, ben, cleo] = [
      await person('Head'),
      await person('Ana'),
      await person('Ben'),
      await person('Cleo'),
    ];
    const me = async (who: Someone) =>
      (await server.ask<MeView>('GET', '/me', { token: who.token })).body.hasReports;
    expect(await me(head)).toBe(false);
    await change(ben, { managerId: head.id, jobTitle: 'Deputy', department: 'Science' });
    await setManager(ana, head);
    await setManager(cleo, ben);
    expect([await me(head), await me(ben), await me(cleo)]).toEqual([true, true, false]);
    expect(await namesOf(head)).toEqual(['1 Ana', '1 Ben', '2 Cleo']);
    expect(await namesOf(head, '?reach=direct')).toEqual(['1 Ana', '1 Ben']);
    expect(await namesOf(ben)).toEqual(['1 Cleo']);
    expect(await namesOf(cleo)).toEqual([]);
    const { items } = (await reports(head)).body;
    expect(items[1]).toMatchObject({ jobTitle: 'Deputy', department: 'Science', hasProfile: true });
    expect(items[1]?.lastActivityAt).not.toBeNull();
    expect(items[2]).toMatchObject({ level: 2, manager: { displayName: 'Ben' } });
    expect(JSON.stringify(items)).not.toContain('@reports.test');

    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: Page } = await reports(head, `?limit=1${cursor ? `&cursor=${cursor}` : ''}`);
      seen.push(...body.items.map(({ displayName }) => displayName));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['Ana', 'Ben', 'Cleo']);
    for (const query of ['?cursor=x', '?reach=far', '?limit=0'])
      expect((await reports(head, query)).body.code).toBe('invalid_input');
  });

  it('show their courses to managers above them, and to nobody beside them', async () => {
    const [head, middle, learner, other] = [
      await person('Top'),
      await person('Middle'),
      await person('Learner', 'student'),
      await person('Beside'),
    ];
    const courseId = await createCourse(server.databaseUrl, other.id, 'First aid');
    await enroll(server.databaseUrl, learner.id, courseId);
    expect((await courses(middle, learner)).status).toBe(403);
    await setManager(middle, head);
    await setManager(learner, middle);
    for (const manager of [head, middle])
      expect((await courses(manager, learner)).body.items).toMatchObject([
        { title: 'First aid', enrollmentStatus: 'enrolled' },
      ]);
    await rows(
      `update enrollments set status = 'completed', completed_at = now() where user_id = $1`,
      learner.id,
    );
    expect((await courses(head, learner)).body.items).toMatchObject([{ enrollmentStatus: 'completed' }]);
    expect((await courses(other, learner)).status).toBe(403);
    expect((await courses(learner, head)).status).toBe(403);
    // A hidden profile hides nothing of the work, and stays hidden.
    await server.ask('PATCH', '/me/profile', { token: learner.token, body: { visibility: 'private' } });
    expect((await reports(head)).body.items[1]).toMatchObject({ displayName: 'Learner', hasProfile: false });
    expect((await server.ask('GET', `/users/${learner.id}/profile`, { token: head.token })).status).toBe(404);
  });

  it('end where the manager leaves the organization', async () => {
    const [boss, ana] = [await person('Leaver'), await person('Stayer', 'student')];
    await setManager(ana, boss);
    expect((await courses(boss, ana)).status).toBe(200);
    await rows(
      'update organization_memberships set left_at = now(), is_primary = false where user_id = $1',
      boss.id,
    );
    expect(await namesOf(boss)).toEqual([]);
    expect((await courses(boss, ana)).status).toBe(403);
  });

  it('have no manager when theirs is deleted or erased', async () => {
    const [first, second, ana] = [await person('First'), await person('Second'), await person('Orphan')];
    await setManager(ana, first);
    const gone = await server.ask('DELETE', `/organizations/${organizationId}/people/${first.id}`, {
      token: admin.token,
    });
    expect(gone.status).toBe(200);
    expect(await managerOf(ana)).toBeNull();
    await setManager(ana, second);
    const erased = await server.ask('POST', '/me/erase', {
      token: second.token,
      body: { confirm: password },
    });
    expect(erased.status).toBe(204);
    expect(await managerOf(ana)).toBeNull();
    // And a row that goes altogether takes the manager along.
    await rows('update user_profiles set manager_id = $2 where user_id = $1', ana.id, admin.id);
    const [row] = await rows<{ rule: string }>(
      `select confdeltype::text as rule from pg_constraint where conname = 'user_profiles_manager_id_foreign'`,
    );
    expect(row?.rule).toBe('n');
  });
});

it('who looks after people finds them by department and by employee id, and nobody else', async () => {
  const [ana, ben, cleo] = [
    await person('Search Ana'),
    await person('Search Ben'),
    await person('Search Cleo'),
  ];
  await change(ana, { department: 'Art', employeeId: 'A-1' });
  await change(ben, { department: 'Art history', employeeId: 'A-10' });
  await change(cleo, { department: 'art', employeeId: 'a_1' });
  const found = async (query: string) =>
    (
      await server.ask<{ items: PersonView[] }>('GET', `/organizations/${organizationId}/people?${query}`, {
        token: admin.token,
      })
    ).body.items.map(({ displayName }) => displayName);
  expect(await found('department=Art')).toEqual(['Search Ana', 'Search Cleo']);
  expect(await found('department=art%20history')).toEqual(['Search Ben']);
  expect(await found('department=Ar')).toEqual([]);
  expect(await found('employeeId=a-1')).toEqual(['Search Ana']);
  expect(await found('employeeId=A%25')).toEqual([]);
  expect(await found('q=a-1')).toEqual(['Search Ana']);
  expect(await found('q=A_1')).toEqual(['Search Cleo']);
  expect(await found('department=Art&q=cleo')).toEqual(['Search Cleo']);
});
