import { describe, expect, it } from 'vitest';
import type { Relation } from '../../shared/identity/permissions.ts';
import {
  isListed,
  mayFind,
  needsApproval,
  placeIn,
  relationsTo,
  standingOf,
} from '../../server/courses/courses.policy.ts';
import type { RelationFacts } from '../../server/courses/courses.policy.ts';
import {
  canWithdraw,
  enrollmentStatuses,
  givesAccess,
  askAgainAt,
  isCounted,
  onAnswer,
  onAsk,
  onEnroll,
  onLeave,
} from '../../server/courses/enrollment.ts';
import type { EnrollmentStatus } from '../../server/courses/enrollment.ts';
import type { Decision } from '../../server/identity/index.ts';

const now = new Date('2026-03-02T09:00:00Z');
const enrolled = { status: 'enrolled' as EnrollmentStatus, paymentStatus: 'free' as const, expiresAt: null };
const published = { instructorId: 'ada', status: 'published' };
const draft = { instructorId: 'ada', status: 'draft' };

const facts = (over: Partial<RelationFacts>): RelationFacts => ({
  enrollment: null,
  course: published,
  ...over,
});

describe('what somebody is to a course', () => {
  it.each<[string, Partial<RelationFacts>, Relation[]]>([
    ['a learner', { enrollment: enrolled }, ['course.learner']],
    ['a learner of a draft', { enrollment: enrolled, course: draft }, []],
    [
      'a learner of an archived course',
      { enrollment: enrolled, course: { ...published, status: 'archived' } },
      [],
    ],
    ['a learner under way', { enrollment: { ...enrolled, status: 'in_progress' } }, ['course.learner']],
    ['a learner who has completed', { enrollment: { ...enrolled, status: 'completed' } }, ['course.learner']],
    ['one waiting for approval', { enrollment: { ...enrolled, status: 'pending_approval' } }, []],
    ['one who has failed', { enrollment: { ...enrolled, status: 'failed' } }, []],
    ['one who has withdrawn', { enrollment: { ...enrolled, status: 'withdrawn' } }, []],
    ['one whose time is over', { enrollment: { ...enrolled, status: 'expired' } }, []],
    ['one whose time is over and nobody noted it', { enrollment: { ...enrolled, expiresAt: now } }, []],
    ['a suspended learner', { enrollment: { ...enrolled, status: 'suspended' } }, []],
    ['a rejected learner', { enrollment: { ...enrolled, status: 'rejected' } }, []],
    ['a learner who has paid', { enrollment: { ...enrolled, paymentStatus: 'paid' } }, ['course.learner']],
    ['a learner who has yet to pay', { enrollment: { ...enrolled, paymentStatus: 'pending' } }, []],
    ['a learner who got the money back', { enrollment: { ...enrolled, paymentStatus: 'refunded' } }, []],
    ['somebody who is not enrolled', {}, []],
  ])('%s', (_, over, relations) => {
    expect(relationsTo(facts(over), 'ben', now)).toEqual(relations);
  });

  it('its teacher, whatever its state, and also one who learns in it', () => {
    expect(relationsTo(facts({}), 'ada', now)).toEqual(['course.instructor']);
    expect(relationsTo(facts({ course: draft }), 'ada', now)).toEqual(['course.instructor']);
    expect(relationsTo(facts({ enrollment: enrolled }), 'ada', now)).toEqual([
      'course.instructor',
      'course.learner',
    ]);
  });
});

describe('as what somebody sees a course', () => {
  const role = (scope: 'context' | 'organization' | 'system'): Decision => ({
    allowed: true,
    reason: { kind: 'role', role: 'x', via: 'x', granted: true, scope },
  });
  const learns: Decision = { allowed: true, reason: { kind: 'relation', relation: 'course.learner' } };
  const granted: Decision = {
    allowed: true,
    reason: { kind: 'override', granted: true, scope: 'context' },
  };
  it.each<[string, Decision, Relation[], string | null]>([
    ['its teacher', role('system'), ['course.instructor'], 'instructor'],
    ['its teacher who learns in it', learns, ['course.instructor', 'course.learner'], 'instructor'],
    ['an assistant who learns in it', role('context'), ['course.learner'], 'assistant'],
    ['an administrator who learns in it', role('system'), ['course.learner'], 'staff'],
    ['staff of the organization', role('organization'), [], 'staff'],
    ['a learner', learns, ['course.learner'], 'learner'],
    ['a learner with an exception', granted, ['course.learner'], 'learner'],
    ['a guest with an exception', granted, [], 'assistant'],
    [
      'a teacher who may not any more',
      { allowed: false, reason: { kind: 'none' } },
      ['course.instructor'],
      null,
    ],
  ])('%s', (_, decision, relations, standing) => {
    expect(standingOf({ decision: () => decision, relations })).toBe(standing);
  });
});

describe('the states of an enrolment', () => {
  it('say what counts, what opens the course, what can be ended and what can begin again', () => {
    const table = enrollmentStatuses.map((status) => [
      status,
      isCounted(status),
      givesAccess({ ...enrolled, status }, now),
      canWithdraw(status),
      onEnroll(status, false),
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
    expect(onEnroll(null, false)).toBe('create');
    // Whose time was over comes in anew; who was suspended does not, however long ago.
    expect([onEnroll('enrolled', true), onEnroll('suspended', true)]).toEqual(['reopen', 'refuse']);
  });
});

describe('a course in the catalogue', () => {
  const listing = { status: 'published', visibility: 'public', pricingType: 'free' };
  it('is published, not private and free; restricted ones ask for approval, as others may', () => {
    const listed = [
      {},
      { visibility: 'restricted' },
      { visibility: 'private' },
      ...['draft', 'in_review', 'archived', 'suspended'].map((status) => ({ status })),
      { pricingType: 'paid' },
      { pricingType: 'subscription' },
    ].map((over) => isListed({ ...listing, ...over }));
    expect(listed).toEqual([true, true, false, false, false, false, false, false, false]);
    const approval = (visibility: string, requiresApproval: boolean) =>
      needsApproval({ visibility, requiresApproval });
    expect([approval('public', false), approval('public', true), approval('restricted', false)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is found by whom it is offered to and who may enter, and by who sees it', () => {
    const rights = (may: string[], relations: Relation[]) =>
      mayFind({ may: (permission) => may.includes(permission), relations });
    expect([
      rights(['course.enroll'], ['course.offered']),
      rights(['course.enroll'], []),
      rights([], ['course.offered']),
      rights(['course.read'], []),
    ]).toEqual([true, false, false, true]);
  });

  it('says what somebody is to it', () => {
    const nothing: Decision = { allowed: false, reason: { kind: 'none' } };
    const rights = { decision: () => nothing, relations: [] };
    const places = enrollmentStatuses.map((status) => [
      status,
      placeIn(rights, { ...enrolled, status }, now),
    ]);
    expect(places).toEqual([
      ['pending_approval', 'pending'],
      ['enrolled', 'enrolled'],
      ['in_progress', 'enrolled'],
      ['completed', 'enrolled'],
      ['failed', 'refused'],
      ['withdrawn', null],
      ['expired', null],
      ['suspended', 'refused'],
      ['rejected', 'rejected'],
    ]);
    expect(placeIn(rights, null, now)).toBeNull();
    expect(placeIn(rights, { ...enrolled, expiresAt: now }, now)).toBeNull();
  });
});

describe('what people do with their own enrolment, and what is answered', () => {
  it('follows from the state that it is in', () => {
    const table = enrollmentStatuses.map((status) => [
      status,
      onAsk(status, false),
      onLeave(status),
      onAnswer(status, 'enrolled'),
      onAnswer(status, 'rejected'),
    ]);
    expect(table).toEqual([
      ['pending_approval', 'keep', 'end', 'change', 'change'],
      ['enrolled', 'keep', 'end', 'keep', 'refuse'],
      ['in_progress', 'keep', 'end', 'keep', 'refuse'],
      ['completed', 'keep', 'refuse', 'keep', 'refuse'],
      ['failed', 'refuse', 'refuse', 'refuse', 'refuse'],
      ['withdrawn', 'reopen', 'keep', 'refuse', 'refuse'],
      ['expired', 'reopen', 'keep', 'refuse', 'refuse'],
      ['suspended', 'refuse', 'refuse', 'refuse', 'refuse'],
      ['rejected', 'reopen', 'keep', 'refuse', 'keep'],
    ]);
    expect([onAsk(null, false), onAsk('enrolled', true)]).toEqual(['create', 'reopen']);
    expect(askAgainAt(now).toISOString()).toBe('2026-03-09T09:00:00.000Z');
  });
});
