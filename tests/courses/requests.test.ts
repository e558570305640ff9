import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askAgainDays, reasonLength } from '../../shared/courses/catalogue.ts';
import type { CatalogueItem, EnrollmentRequest } from '../../shared/courses/catalogue.ts';
import { system } from '../../server/kernel/actor.ts';
import { mailboxOf } from '../identity/mailbox.ts';
import { startOffering } from './offering.ts';
import type { Offering, Person } from './offering.ts';

const dayMs = 86_400_000;

let school: Offering;
let ana: Person;
let ben: Person;
let teacher: Person;

beforeAll(async () => {
  school = await startOffering();
  ({ teacher } = school);
  [ana, ben] = [await school.person(), await school.person()];
});
afterAll(() => school.server.close());

const closed = (change = '') => school.course(`requires_approval = true${change && `, ${change}`}`);
const list = (who: Person, courseId: string, query = '') =>
  school.ask<{ items: EnrollmentRequest[]; nextCursor: string | null; total: number }>(
    who,
    'GET',
    `/courses/${courseId}/enrollment-requests${query}`,
  );
const answer = (how: 'approve' | 'reject', who: Person, courseId: string, one: Person, body?: object) =>
  school.ask(who, 'POST', `/courses/${courseId}/enrollment-requests/${one.id}/${how}`, body);
const approve = (courseId: string, one: Person, who = teacher) => answer('approve', who, courseId, one);
const reject = (courseId: string, one: Person, reason?: string | null, who = teacher) =>
  answer('reject', who, courseId, one, reason === undefined ? {} : { reason });
const get = (who: Person, id: string) => school.ask<CatalogueItem>(who, 'GET', `/catalogue/${id}`);

describe('asking for a place', () => {
  it('waits, takes no place, opens nothing, and is asked once', async () => {
    for (const id of [
      await closed('max_enrollments = 1'),
      await school.course(`visibility = 'restricted'`),
    ]) {
      const first = await school.enroll(ana, id);
      expect(first.body).toMatchObject({ mine: 'pending', canWithdraw: true, enrollmentCount: 0 });
      const again = await school.enroll(ana, id);
      expect([again.status, again.body]).toEqual([200, first.body]);
      expect(await school.enrollment(ana, id)).toMatchObject([
        { status: 'pending_approval', enrollment_type: 'self', enrolled_by: null },
      ]);
      expect(await school.places(id)).toBe(0);
      expect(await school.trail(id)).toEqual(['enrollment.requested']);
      expect((await school.ask(ana, 'GET', `/courses/${id}`)).status).toBe(404);
      expect((await school.enroll(ben, id)).body.mine).toBe('pending');
      expect((await list(teacher, id)).body).toMatchObject({
        items: [{ user: { id: ana.id, displayName: 'A student' } }, { user: { id: ben.id } }],
        total: 2,
      });
    }
    expect(await school.server.events('courses.enrollment.started')).toEqual([]);
  });

  it('is taken back, and asked again', async () => {
    const id = await closed();
    await school.enroll(ana, id);
    expect((await school.withdraw(ana, id)).status).toBe(204);
    expect((await list(teacher, id)).body).toMatchObject({ items: [], total: 0 });
    expect((await approve(id, ana)).body.code).toBe('conflict');
    expect((await reject(id, ana)).body.code).toBe('conflict');
    expect((await school.enroll(ana, id)).body.mine).toBe('pending');
    expect(await school.places(id)).toBe(0);
  });

  it('gives back a place whose time was over', async () => {
    const id = await school.course();
    await school.enroll(ana, id);
    await school.rows(`update courses set requires_approval = true where id = $1`, id);
    await school.rows(
      `update enrollments set expires_at = now() - interval '1 hour' where course_id = $1`,
      id,
    );
    expect((await school.enroll(ana, id)).body).toMatchObject({ mine: 'pending', enrollmentCount: 0 });
    expect((await approve(id, ana)).status).toBe(204);
    expect((await get(ana, id)).body).toMatchObject({ mine: 'enrolled', enrollmentCount: 1 });
  });

  it('is overtaken by whoever may enrol, and by a course that opens', async () => {
    const id = await closed();
    await school.enroll(ana, id);
    await school.enroll(ben, id);
    await school.server.courses.enroll(system, { courseId: id, userId: ana.id });
    expect((await get(ana, id)).body.mine).toBe('enrolled');
    expect((await approve(id, ana)).status).toBe(204);
    await school.rows(`update courses set requires_approval = false where id = $1`, id);
    expect((await school.enroll(ben, id)).body.mine).toBe('enrolled');
    expect(await school.places(id)).toBe(2);
  });
});

describe('answering', () => {
  it('gives the place, tells who asked, and is written down; twice changes nothing', async () => {
    const id = await closed();
    await school.enroll(ana, id);
    expect((await approve(id, ana)).status).toBe(204);
    expect((await approve(id, ana)).status).toBe(204);
    expect(await school.enrollment(ana, id)).toMatchObject([
      {
        status: 'enrolled',
        enrollment_type: 'self',
        enrolled_by: null,
        approved_by: teacher.id,
        approved: true,
      },
    ]);
    expect(await school.places(id)).toBe(1);
    expect(await school.trail(id)).toEqual(['enrollment.requested', 'enrollment.approved']);
    expect((await school.ask(ana, 'GET', `/courses/${id}`)).status).toBe(200);
    expect((await reject(id, ana)).body.code).toBe('conflict');
    const [mail, ...more] = (await mailboxOf(school.server.url).to(ana.email)).filter(({ text }) =>
      text.includes(`/catalogue/${id}`),
    );
    expect(mail?.subject).toBe('You have a place in a course');
    expect(more).toEqual([]);
    // They asked themselves, so they may leave again.
    expect((await school.withdraw(ana, id)).status).toBe(204);
  });

  it('gives no place that is not there', async () => {
    const id = await closed('max_enrollments = 1');
    await school.enroll(ana, id);
    await school.enroll(ben, id);
    const both = await Promise.all([approve(id, ana), approve(id, ben)]);
    expect(both.map(({ body }) => body?.code ?? 'given').toSorted()).toEqual(['course_full', 'given']);
    expect(await school.places(id)).toBe(1);
    expect((await list(teacher, id)).body.total).toBe(1);
  });

  it('declines with a reason, which who asked reads; after a week they may ask again', async () => {
    const id = await closed();
    await school.enroll(ben, id);
    const reason = 'Take “First aid” first, please.';
    expect((await reject(id, ben, reason)).status).toBe(204);
    expect((await reject(id, ben, 'Another reason')).status).toBe(204);
    const entry = (await get(ben, id)).body;
    expect(entry).toMatchObject({ mine: 'rejected', canWithdraw: false, rejection: { reason } });
    const again = await school.enroll(ben, id);
    expect(again.body).toMatchObject({
      code: 'request_declined',
      data: { until: entry.rejection?.askAgainAt },
    });
    expect((await approve(id, ben)).body.code).toBe('conflict');
    expect(await school.trail(id)).toEqual(['enrollment.requested', 'enrollment.rejected']);
    const mails = await mailboxOf(school.server.url).to(ben.email);
    expect(mails.map(({ subject }) => subject)).toContain(
      'Your request for a place in a course was declined',
    );
    // It is not for the mail to tell what a teacher wrote.
    expect(mails.some(({ text }) => text.includes(reason))).toBe(false);
    // A course that opens in the meantime does not let them in any earlier.
    await school.rows('update courses set requires_approval = false where id = $1', id);
    expect((await school.enroll(ben, id)).body.code).toBe('request_declined');
    await school.rows('update courses set requires_approval = true where id = $1', id);
    const back = `update enrollments set withdrawn_at = withdrawn_at - interval '${askAgainDays} days' where course_id = $1`;
    await school.rows(back, id);
    expect(Date.parse(entry.rejection?.askAgainAt ?? '') - Date.now()).toBeLessThanOrEqual(
      askAgainDays * dayMs,
    );
    expect((await school.enroll(ben, id)).body).toMatchObject({ mine: 'pending', rejection: null });
    expect(await school.enrollment(ben, id)).toMatchObject([{ withdrawal_reason: null }]);
    expect((await reject(id, ben, null)).status).toBe(204);
    expect((await get(ben, id)).body.rejection?.reason).toBeNull();
  });

  it('takes no more words than fit', async () => {
    const id = await closed();
    await school.enroll(ana, id);
    expect((await reject(id, ana, 'x'.repeat(reasonLength + 1))).body.code).toBe('invalid_input');
    expect((await reject(id, ana, 'x'.repeat(reasonLength))).status).toBe(204);
  });

  it('is for who may approve there, and for nobody else', async () => {
    const id = await closed();
    await school.enroll(ana, id);
    const colleague = await school.person('instructor');
    const outsider = await school.person('admin', 'elsewhere');
    for (const [who, code] of [
      [ana, 'forbidden'],
      [ben, 'forbidden'],
      [colleague, 'forbidden'],
      [outsider, 'not_found'],
    ] as const) {
      expect((await list(who, id)).body.code).toBe(code);
      expect((await approve(id, ana, who)).body.code).toBe(code);
      expect((await reject(id, ana, null, who)).body.code).toBe(code);
    }
    expect((await approve(id, ben)).body.code).toBe('not_found');
    expect((await approve(randomUUID(), ana)).body.code).toBe('not_found');
    const course = async (who: Person) =>
      (await school.ask<{ requestsCount: number | null }>(who, 'GET', `/courses/${id}`)).body;
    expect((await course(teacher)).requestsCount).toBe(1);
    const admin = await school.person('admin');
    expect((await course(admin)).requestsCount).toBe(1);
    expect((await approve(id, ana, admin)).status).toBe(204);
    expect((await course(ana)).requestsCount).toBeNull();
    expect((await course(admin)).requestsCount).toBe(0);
  });

  it('gives nothing in a closed course, and nothing to who is no member any more', async () => {
    const id = await closed();
    const gone = await school.person();
    await school.enroll(gone, id);
    await school.rows(`update organization_memberships set status = 'inactive' where user_id = $1`, gone.id);
    expect((await approve(id, gone)).body.code).toBe('not_found');
    await school.enroll(ana, id);
    await school.rows(`update courses set status = 'archived' where id = $1`, id);
    expect((await approve(id, ana)).body.code).toBe('course_closed');
    expect((await reject(id, ana)).status).toBe(204);
    expect(await school.places(id)).toBe(0);
  });

  it('is told to the teacher: on their courses all the time, and by mail for the first who waits', async () => {
    const ada = await school.person('instructor');
    const id = await closed();
    await school.rows('update courses set instructor_id = $2 where id = $1', id, ada.id);
    const counted = async () => {
      const { body } = await school.ask<{ items: { id: string; requestsCount: number | null }[] }>(
        ada,
        'GET',
        '/me/courses',
      );
      return body.items.find((one) => one.id === id)?.requestsCount;
    };
    const asking = 'Somebody asks for a place in your course';
    const mails = async (count: number) =>
      (await mailboxOf(school.server.url).to(ada.email, count)).filter(({ subject }) => subject === asking);
    expect(await counted()).toBe(0);
    await school.enroll(ana, id);
    const [mail] = await mails(1);
    expect(mail?.text).toContain(`/courses/${id}`);
    // Asking again, and others who ask meanwhile, are in the list and in no mail.
    await school.enroll(ana, id);
    await school.enroll(ben, id);
    expect(await counted()).toBe(2);
    expect((await approve(id, ana, ada)).status).toBe(204);
    expect((await reject(id, ben, null, ada)).status).toBe(204);
    expect(await counted()).toBe(0);
    // The next one is the first again: the mail that comes is the second.
    await school.enroll(await school.person(), id);
    expect(await mails(2)).toHaveLength(2);
  });

  it('lists who asked first first, by pages', async () => {
    const id = await closed();
    const people = [];
    for (let n = 0; n < 3; n += 1) people.push(await school.person());
    for (const one of people) await school.enroll(one, id);
    // Who takes it back and asks again goes to the end.
    await school.withdraw(people[0] as Person, id);
    await school.enroll(people[0] as Person, id);
    const first = (await list(teacher, id, '?limit=2')).body;
    const second = (await list(teacher, id, `?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map(({ user }) => user.id)).toEqual(
      [people[1], people[2], people[0]].map((one) => one?.id),
    );
    expect([first.total, second.total, second.nextCursor]).toEqual([3, 3, null]);
  });
});
