import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CatalogueCategory, CatalogueItem } from '../../shared/courses/catalogue.ts';
import { system } from '../../server/kernel/actor.ts';
import { enroll as enrollByHand } from '../support/factories.ts';
import { startOffering } from './offering.ts';
import type { Offering, Person } from './offering.ts';

let school: Offering;
let ana: Person;
let ben: Person;
let stranger: Person;

beforeAll(async () => {
  school = await startOffering();
  [ana, ben, stranger] = [
    await school.person(),
    await school.person(),
    await school.person('student', 'elsewhere'),
  ];
});
afterAll(() => school.server.close());

const get = (who: Person, id: string) => school.ask<CatalogueItem>(who, 'GET', `/catalogue/${id}`);
const assist = (who: Person, courseId: string) =>
  school.rows(
    `insert into user_roles (user_id, role_id, context_type, context_id)
     select $1, id, 'course', $2 from roles where slug = 'course_assistant'`,
    who.id,
    courseId,
  );
const deny = (who: Person, permission: string) =>
  school.rows(
    `insert into user_permissions (user_id, permission_id, organization_id, granted)
     select $1, id, $2, false from permissions where slug = $3`,
    who.id,
    school.own,
    permission,
  );

describe('what is offered', () => {
  it('is what is published, not private and free, to the members of its organization alone', async () => {
    const title = `Offered ${randomUUID()}`;
    const changes = ['', `visibility = 'restricted'`, 'requires_approval = true'];
    const open = [];
    for (const change of changes) open.push(await school.course(change, title));
    const hidden = [
      await school.course(`status = 'draft'`, title),
      await school.course(`status = 'archived'`, title),
      await school.course(`visibility = 'private'`, title),
      await school.course(`pricing_type = 'paid', price_minor = 100`, title),
      await school.course(`deleted_at = now()`, title),
    ];
    const query = `?q=${encodeURIComponent(title)}`;
    const found = (await school.find(ana, query)).body.items;
    expect(found.map(({ id, entry }) => [id, entry])).toEqual([
      [open[2], 'approval'],
      [open[1], 'approval'],
      [open[0], 'open'],
    ]);
    expect((await school.find(stranger, query)).body).toEqual({ items: [], nextCursor: null });
    for (const id of hidden) {
      expect((await get(ana, id)).body.code).toBe('not_found');
      expect((await school.enroll(ana, id)).body.code).toBe('not_found');
    }
    for (const id of [...open, ...hidden]) {
      expect((await get(stranger, id)).body.code).toBe('not_found');
      expect((await school.enroll(stranger, id)).body.code).toBe('not_found');
      expect(await school.enrollment(stranger, id)).toEqual([]);
    }
  });

  it('says what a course is, and what the caller is to it', async () => {
    const id = await school.course(
      `code = 'AID-1', subtitle = 'Until the doctor comes', description = 'Bandages and breath.', max_enrollments = 3, difficulty_level = 'advanced', language = 'de'`,
    );
    const [health, other, gone] = [
      await school.category('Health'),
      await school.category('Outdoors', { organization: null }),
      await school.category('Gone', { change: 'is_active = false' }),
    ];
    await school.link(id, other);
    await school.link(id, health, true);
    await school.link(id, gone);
    await enrollByHand(school.server.databaseUrl, ben.id, id);
    const { body } = await get(ana, id);
    expect(body).toEqual({
      id,
      code: 'AID-1',
      title: 'First aid',
      subtitle: 'Until the doctor comes',
      description: 'Bandages and breath.',
      instructor: { id: school.teacher.id, displayName: 'A instructor' },
      difficulty: 'advanced',
      language: 'de',
      categories: ['Health', 'Outdoors'],
      enrollmentCount: 1,
      placesLeft: 2,
      entry: 'open',
      mine: null,
      canWithdraw: false,
      rejection: null,
    });
    expect((await get(school.teacher, id)).body.mine).toBe('teaching');
    const helper = await school.person('instructor');
    await assist(helper, id);
    expect((await get(helper, id)).body.mine).toBe('teaching');
    expect((await get(ben, id)).body).toMatchObject({ mine: 'enrolled', canWithdraw: true });
    // Staff see it as anybody else who may enter.
    expect((await get(await school.person('admin'), id)).body.mine).toBeNull();
    await school.rows(`update enrollments set status = 'suspended' where course_id = $1`, id);
    expect((await get(ben, id)).body).toMatchObject({ mine: 'refused', canWithdraw: false });
  });

  it('is told of a course that is not offered to whoever sees it anyway', async () => {
    const id = await school.course(`visibility = 'private'`);
    await enrollByHand(school.server.databaseUrl, ben.id, id);
    expect((await get(ben, id)).body).toMatchObject({ entry: null, mine: 'enrolled' });
    expect((await get(school.teacher, id)).body).toMatchObject({ entry: null, mine: 'teaching' });
    expect((await school.enroll(school.teacher, id)).body.code).toBe('course_closed');
    // An administrator may enrol in courses by their role; that does not open one that nobody can enter.
    expect((await school.enroll(await school.person('admin'), id)).body.code).toBe('course_closed');
  });

  it('comes by pages, the newest first, and is searched and filtered', async () => {
    const word = `w${randomUUID().slice(0, 8)}`;
    const made = [];
    for (const [title, change] of [
      ['Beekeeping', `code = '${word}-BEE'`],
      ['Wild plants', `difficulty_level = 'expert', description = 'Herbs and mushrooms'`],
      ['Watching birds', `description = 'Migrations'`],
    ] as const)
      made.push(await school.course(change, `${title} ${word}`));
    const all = `?q=${word}`;
    expect(await school.titles(ana, all)).toEqual([
      `Watching birds ${word}`,
      `Wild plants ${word}`,
      `Beekeeping ${word}`,
    ]);
    const first = (await school.find(ana, `${all}&limit=2`)).body;
    expect(first.items.map(({ id }) => id)).toEqual([made[2], made[1]]);
    const second = (await school.find(ana, `${all}&limit=2&cursor=${first.nextCursor}`)).body;
    expect(second.items.map(({ id }) => id)).toEqual([made[0]]);
    expect(second.nextCursor).toBeNull();
    // A word in another form, the beginning of a word of the title, and the beginning of the code.
    expect(await school.titles(ana, `?q=mushroom%20${word}`)).toEqual([`Wild plants ${word}`]);
    expect(await school.titles(ana, `?q=${word.slice(0, -1)}`)).toHaveLength(3);
    expect(await school.titles(ana, `?q=${word}-b`)).toContain(`Beekeeping ${word}`);
    expect(await school.titles(ana, `${all}&difficulty=expert`)).toEqual([`Wild plants ${word}`]);
    expect(await school.titles(ana, '?q=%22%27%3A%26!%20(')).toEqual([]);
    expect((await school.find(ana, '?limit=0')).body.code).toBe('invalid_input');
  });

  it('is found by a category and those below it, and only there where something is in them', async () => {
    const nature = await school.category('Nature', { change: 'sort_order = 1' });
    const birds = await school.category('Birds', { parent: nature });
    const empty = await school.category('Deserts', { parent: nature });
    const off = await school.category('Secret', { parent: nature, change: 'is_active = false' });
    const foreign = await school.category('Theirs', { organization: school.elsewhere });
    const [walk, owls, hidden] = [
      await school.course('', 'A walk'),
      await school.course('', 'Owls'),
      await school.course('', 'Hidden'),
    ];
    await school.link(walk, nature);
    await school.link(owls, birds);
    await school.link(hidden, off);
    await school.link(hidden, foreign);
    expect(await school.titles(ana, `?categoryId=${nature}`)).toEqual(['Owls', 'A walk']);
    expect(await school.titles(ana, `?categoryId=${birds}`)).toEqual(['Owls']);
    for (const id of [empty, off, foreign, randomUUID()])
      expect(await school.titles(ana, `?categoryId=${id}`)).toEqual([]);
    const { body } = await school.ask<{ items: CatalogueCategory[] }>(ana, 'GET', '/catalogue/categories');
    const paths = body.items.map(({ path }) => path.join(' / '));
    expect(paths.filter((path) => path.startsWith('Nature'))).toEqual(['Nature', 'Nature / Birds']);
    expect(paths).not.toContain('Theirs');
    const theirs = await school.ask<{ items: CatalogueCategory[] }>(stranger, 'GET', '/catalogue/categories');
    expect(theirs.body.items).toEqual([]);
  });

  it('ends with the membership and with the right; a suspended organization says so', async () => {
    const id = await school.course();
    const [left, denied] = [await school.person(), await school.person()];
    await deny(denied, 'course.enroll');
    expect(await school.titles(denied)).toEqual([]);
    expect((await get(denied, id)).body.code).toBe('not_found');
    expect((await school.enroll(denied, id)).body.code).toBe('not_found');
    await school.rows(`update organization_memberships set status = 'inactive' where user_id = $1`, left.id);
    expect((await get(left, id)).body.code).toBe('not_found');
    expect((await school.enroll(left, id)).body.code).toBe('not_found');
    await school.rows(`update organizations set status = 'suspended' where id = $1`, school.own);
    for (const reply of [await school.find(ana), await get(ana, id), await school.enroll(ana, id)])
      expect(reply.body.code).toBe('organization_suspended');
    await school.rows(`update organizations set status = 'active' where id = $1`, school.own);
    expect(await school.enrollment(ana, id)).toEqual([]);
  });
});

describe('entering a course', () => {
  it('is one’s own doing, once, and at once', async () => {
    const id = await school.course();
    const first = await school.enroll(ana, id);
    expect(first.body).toMatchObject({ id, mine: 'enrolled', canWithdraw: true, enrollmentCount: 1 });
    const again = await school.enroll(ana, id);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(await school.enrollment(ana, id)).toMatchObject([
      { status: 'enrolled', enrollment_type: 'self', enrolled_by: null },
    ]);
    expect(await school.places(id)).toBe(1);
    expect(await school.trail(id)).toEqual(['enrollment.started']);
    expect((await school.ask(ana, 'GET', `/courses/${id}`)).status).toBe(200);
    const facts = await school.server.events('courses.enrollment.started');
    expect(facts.filter(({ courseId }) => courseId === id)).toEqual([{ courseId: id, userId: ana.id }]);
  });

  it('an enrolment by somebody else names them, and stays theirs', async () => {
    const id = await school.course();
    const admin = await school.person('admin');
    const actor = await school.server.identity.authenticator.accessToken(admin.token);
    await school.server.courses.enroll(actor, { courseId: id, userId: ana.id });
    expect((await school.enroll(ana, id)).body).toMatchObject({ mine: 'enrolled', canWithdraw: false });
    expect(await school.enrollment(ana, id)).toMatchObject([
      { enrollment_type: 'admin', enrolled_by: admin.id },
    ]);
    expect((await school.withdraw(ana, id)).body.code).toBe('forbidden');
    expect(await school.enrollment(ana, id)).toMatchObject([{ status: 'enrolled' }]);
  });

  it('gives the last place to one of those who come at the same time', async () => {
    const id = await school.course('max_enrollments = 1');
    const both = await Promise.all([school.enroll(ana, id), school.enroll(ben, id)]);
    expect(both.map(({ body }) => body.code ?? body.mine).toSorted()).toEqual(['course_full', 'enrolled']);
    expect(await school.places(id)).toBe(1);
    const same = await school.course();
    const twice = await Promise.all([school.enroll(ana, same), school.enroll(ana, same)]);
    expect(twice.map(({ body }) => body.mine)).toEqual(['enrolled', 'enrolled']);
    expect(await school.places(same)).toBe(1);
    expect(await school.enrollment(ana, same)).toHaveLength(1);
  });

  it('is refused for who was suspended or failed, and for who teaches it', async () => {
    const id = await school.course();
    for (const status of ['suspended', 'failed']) {
      const one = await school.person();
      await enrollByHand(school.server.databaseUrl, one.id, id);
      await school.rows('update enrollments set status = $2 where user_id = $1', one.id, status);
      expect((await school.enroll(one, id)).body.code).toBe('enrollment_refused');
      expect((await school.withdraw(one, id)).body.code).toBe('conflict');
      expect(await school.enrollment(one, id)).toMatchObject([{ status }]);
    }
    expect((await school.enroll(school.teacher, id)).body.code).toBe('forbidden');
    const helper = await school.person('instructor');
    await assist(helper, id);
    expect((await school.enroll(helper, id)).body.code).toBe('forbidden');
  });

  it('is open again to who left, was taken out, or whose time is over', async () => {
    const id = await school.course();
    await school.enroll(ana, id);
    expect((await school.withdraw(ana, id)).status).toBe(204);
    expect((await school.withdraw(ana, id)).status).toBe(204);
    expect(await school.enrollment(ana, id)).toMatchObject([{ status: 'withdrawn' }]);
    expect((await school.ask(ana, 'GET', `/courses/${id}`)).status).toBe(404);
    expect((await get(ana, id)).body).toMatchObject({ mine: null, canWithdraw: false, enrollmentCount: 0 });
    expect((await school.enroll(ana, id)).body.mine).toBe('enrolled');
    await school.server.courses.unenroll(system, { courseId: id, userId: ana.id });
    expect((await school.enroll(ana, id)).body.mine).toBe('enrolled');
    await school.rows(
      `update enrollments set expires_at = now() - interval '1 hour' where course_id = $1`,
      id,
    );
    expect((await get(ana, id)).body.mine).toBeNull();
    expect((await school.enroll(ana, id)).body.mine).toBe('enrolled');
    expect(await school.places(id)).toBe(1);
    expect(await school.enrollment(ana, id)).toHaveLength(1);
  });

  it('is left by oneself, unless there is a result; nobody leaves what they were never in', async () => {
    const id = await school.course();
    await school.enroll(ana, id);
    await school.rows(
      `update enrollments set status = 'completed', completed_at = now() where course_id = $1`,
      id,
    );
    expect((await school.withdraw(ana, id)).body.code).toBe('conflict');
    expect((await school.withdraw(ben, id)).body.code).toBe('not_found');
    expect((await school.withdraw(stranger, id)).body.code).toBe('not_found');
    expect((await school.withdraw(ana, randomUUID())).body.code).toBe('not_found');
    // A course that is closed by now can still be left.
    const closed = await school.course();
    await school.enroll(ana, closed);
    await school.rows(`update courses set status = 'archived' where id = $1`, closed);
    expect((await school.withdraw(ana, closed)).status).toBe(204);
    expect(await school.places(closed)).toBe(0);
  });
});
