import { describe, expect, it } from 'vitest';
import { mayManageEnrollments, standingOf } from '../../server/courses/courses.policy.ts';
import type { StandingFacts } from '../../server/courses/courses.policy.ts';
import {
  canWithdraw,
  enrollmentStatuses,
  givesAccess,
  isCounted,
  onEnroll,
} from '../../server/courses/enrollment.ts';
import type { EnrollmentStatus } from '../../server/courses/enrollment.ts';

const now = new Date('2026-03-02T09:00:00Z');
const enrolled = { status: 'enrolled' as EnrollmentStatus, paymentStatus: 'free' as const, expiresAt: null };
const published = { instructorId: 'ada', status: 'published' };
const draft = { instructorId: 'ada', status: 'draft' };

const facts = (over: Partial<StandingFacts>): StandingFacts => ({
  userId: 'ben',
  role: 'student',
  isMember: true,
  isAssistant: false,
  enrollment: null,
  course: published,
  ...over,
});

describe('what somebody is in a course', () => {
  it.each<[string, Partial<StandingFacts>, string | null]>([
    ['its teacher', { userId: 'ada', role: 'instructor' }, 'instructor'],
    ['its teacher, of a draft', { userId: 'ada', course: draft }, 'instructor'],
    ['its teacher who left the organization', { userId: 'ada', isMember: false }, 'instructor'],
    ['its teacher who is an administrator too', { userId: 'ada', role: 'admin' }, 'instructor'],
    ['a course assistant', { isAssistant: true }, 'assistant'],
    ['a course assistant of a draft', { isAssistant: true, course: draft }, 'assistant'],
    ['an assistant who learns in it', { isAssistant: true, enrollment: enrolled }, 'assistant'],
    ['a learner', { enrollment: enrolled }, 'learner'],
    ['a learner from outside the organization', { enrollment: enrolled, isMember: false }, 'learner'],
    ['a learner of a draft', { enrollment: enrolled, course: draft }, null],
    [
      'a learner of an archived course',
      { enrollment: enrolled, course: { ...published, status: 'archived' } },
      null,
    ],
    ['a learner under way', { enrollment: { ...enrolled, status: 'in_progress' } }, 'learner'],
    ['a learner who has completed', { enrollment: { ...enrolled, status: 'completed' } }, 'learner'],
    ['one waiting for approval', { enrollment: { ...enrolled, status: 'pending_approval' } }, null],
    ['one who has failed', { enrollment: { ...enrolled, status: 'failed' } }, null],
    ['one who has withdrawn', { enrollment: { ...enrolled, status: 'withdrawn' } }, null],
    ['one whose time is over', { enrollment: { ...enrolled, status: 'expired' } }, null],
    ['one whose time is over and nobody noted it', { enrollment: { ...enrolled, expiresAt: now } }, null],
    ['a suspended learner', { enrollment: { ...enrolled, status: 'suspended' } }, null],
    ['a rejected learner', { enrollment: { ...enrolled, status: 'rejected' } }, null],
    ['a learner who has paid', { enrollment: { ...enrolled, paymentStatus: 'paid' } }, 'learner'],
    ['a learner who has yet to pay', { enrollment: { ...enrolled, paymentStatus: 'pending' } }, null],
    ['a learner who got the money back', { enrollment: { ...enrolled, paymentStatus: 'refunded' } }, null],
    ['an administrator', { role: 'admin' }, 'staff'],
    ['an administrator, of a draft', { role: 'admin', course: draft }, 'staff'],
    ['an administrator who learns in it', { role: 'admin', enrollment: enrolled }, 'staff'],
    ['an administrator of elsewhere', { role: 'admin', isMember: false }, null],
    ['a moderator', { role: 'moderator' }, 'staff'],
    ['a moderator of elsewhere', { role: 'moderator', isMember: false }, null],
    ['a super administrator of elsewhere', { role: 'super_admin', isMember: false }, 'staff'],
    ['another teacher', { role: 'instructor' }, null],
    ['a parent', { role: 'parent' }, null],
    ['a student who is not enrolled', {}, null],
  ])('%s', (_, over, standing) => {
    expect(standingOf(facts(over), now)).toBe(standing);
  });

  it('decides who may enrol others', () => {
    const standings = ['instructor', 'assistant', 'learner', 'staff'] as const;
    expect(standings.filter(mayManageEnrollments)).toEqual(['instructor', 'staff']);
  });
});

describe('the states of an enrolment', () => {
  it('say what counts, what opens the course, what can be ended and what can begin again', () => {
    const table = enrollmentStatuses.map((status) => [
      status,
      isCounted(status),
      givesAccess({ ...enrolled, status }, now),
      canWithdraw(status),
      onEnroll(status),
    ]);
    expect(table).toEqual([
      ['pending_approval', false, false, true, 'reopen'],
      ['enrolled', true, true, true, 'keep'],
      ['in_progress', true, true, true, 'keep'],
      ['completed', true, true, true, 'keep'],
      ['failed', true, false, true, 'refuse'],
      ['withdrawn', false, false, false, 'reopen'],
      ['expired', false, false, false, 'reopen'],
      ['suspended', false, false, true, 'refuse'],
      ['rejected', false, false, false, 'reopen'],
    ]);
    expect(onEnroll(null)).toBe('create');
  });
});
