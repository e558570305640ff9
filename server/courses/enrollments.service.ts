import type { EntityManager } from '@mikro-orm/postgresql';
import type { Audit } from '../audit/index.ts';
import { iso } from '../../shared/kernel/time.ts';
import type { Actor, UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { Notices } from '../kernel/db/notices.ts';
import type { Outbox } from '../kernel/db/outbox.ts';
import { AppError } from '../kernel/errors.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Access } from '../identity/index.ts';
import { Course } from './course.entity.ts';
import { isOpen } from './courses.policy.ts';
import { isMember, lockCourse } from './courses.repository.ts';
import { askAgainAt, canWithdraw, givesAccess, isCounted, onAsk, onEnroll } from './enrollment.ts';
import type { EnrollmentStatus } from './enrollment.ts';
import { Enrollment } from './enrollment.entity.ts';

/** A learner and a course. */
export interface EnrollmentInput {
  courseId: string;
  userId: string;
}

/** What became of putting somebody into a course. */
export type Started = 'enrolled' | 'already_enrolled' | 'course_full' | 'refused';

/** Who put somebody into a course, and how. */
type How = Pick<Enrollment, 'enrollmentType' | 'enrolledBy'> &
  Partial<Pick<Enrollment, 'approvedBy' | 'approvedAt'>>;

/** Of somebody who came by themselves. */
export const bySelf = { enrollmentType: 'self', enrolledBy: null } as const satisfies How;

/** What an enrolment says that begins, or begins again. */
const fresh = {
  approvedBy: null,
  approvedAt: null,
  withdrawnAt: null,
  withdrawalReason: null,
  expiresAt: null,
} as const;

/** Putting learners into courses and taking them out. */
export class EnrollmentService {
  readonly #db: Database;
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #audit: Pick<Audit, 'record'>;
  readonly #access: Access;
  readonly #notices: Pick<Notices, 'send'>;

  constructor(deps: {
    db: Database;
    outbox: Outbox;
    notices: Pick<Notices, 'send'>;
    clock: Clock;
    ids: Ids;
    audit: Pick<Audit, 'record'>;
    access: Access;
  }) {
    this.#db = deps.db;
    this.#outbox = deps.outbox;
    this.#clock = deps.clock;
    this.#ids = deps.ids;
    this.#audit = deps.audit;
    this.#access = deps.access;
    this.#notices = deps.notices;
  }

  /**
   * Puts a member of the course's organization into the course; changes nothing for who is in already.
   * @throws AppError not_found (course, person), forbidden, course_full, enrollment_refused (suspended or failed)
   */
  async enroll(actor: Actor, input: EnrollmentInput): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const course = await this.#authorize(tx, actor, input.courseId);
      await this.#requireMember(tx, course, input.userId);
      const how =
        actor.kind === 'system'
          ? ({ enrollmentType: 'automatic', enrolledBy: null } as const)
          : ({ enrollmentType: 'admin', enrolledBy: actor.userId } as const);
      assertStarted(await this.start(tx, actor, course, input.userId, how));
    });
  }

  /**
   * Puts a member into the course who has accepted an invitation to it: whoever invited has enrolled them. `actor` null: an
   * account that was made just now.
   * @throws AppError course_closed, course_full, already_enrolled, enrollment_refused (suspended or failed)
   */
  async enrollInvited(
    tx: Transaction,
    input: EnrollmentInput & { invitedBy: string; actor: Actor | null },
  ): Promise<void> {
    await lockCourse(tx.em, input.courseId);
    // It was read before it was locked: whether it is open and has a place is what it says now.
    const course = await tx.em.findOne(Course, { id: input.courseId }, { refresh: true });
    if (!course || !isOpen(course)) throw new AppError('course_closed');
    const how = { enrollmentType: 'invitation', enrolledBy: input.invitedBy } as const;
    const started = await this.start(tx, input.actor, course, input.userId, how);
    if (started === 'already_enrolled') throw new AppError(started);
    assertStarted(started);
  }

  /** Whether somebody learns in the course now. In the caller's `em`, so that it can be part of a transaction. */
  async isIn(em: EntityManager, { courseId, userId }: EnrollmentInput): Promise<boolean> {
    const enrollment = await em.findOne(Enrollment, { course: { id: courseId, deletedAt: null }, userId });
    if (!enrollment) return false;
    const { status, paymentStatus, expiresAt = null } = enrollment;
    return givesAccess({ status, paymentStatus, expiresAt }, this.#clock.now());
  }

  /**
   * Takes a learner out of the course; changes nothing for who is out already.
   * @throws AppError not_found (course, enrolment), forbidden
   */
  async unenroll(actor: Actor, input: EnrollmentInput): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const course = await this.#authorize(tx, actor, input.courseId);
      const enrollment = await tx.em.findOne(Enrollment, { course, userId: input.userId });
      if (!enrollment) throw new AppError('not_found');
      await this.end(tx, actor, course, enrollment);
    });
  }

  /** Ends an enrolment in a course that is locked, by whoever may; changes nothing for who is out already. */
  async end(tx: Transaction, actor: Actor, course: Course, enrollment: Enrollment): Promise<void> {
    const { status, userId } = enrollment;
    if (!canWithdraw(status)) return;
    enrollment.status = 'withdrawn';
    enrollment.withdrawnAt = this.#clock.now();
    await tx.em.flush();
    if (isCounted(status)) await this.#count(tx, course, -1);
    this.#record(tx, actor, course, userId, {
      action: 'enrollment.ended',
      old: { status },
      new: { status: 'withdrawn' },
    });
    await this.#tell(tx, 'courses.enrollment.ended', course, userId);
    await this.#notices.send(tx, 'access.changed', { userId });
  }

  /**
   * Puts somebody into a course that is locked, who may be put there by whoever does it.
   * @param action what the audit trail calls it
   */
  async start(
    tx: Transaction,
    actor: Actor | null,
    course: Course,
    userId: string,
    how: How,
    action: 'enrollment.started' | 'enrollment.approved' = 'enrollment.started',
  ): Promise<Started> {
    const existing = await tx.em.findOne(Enrollment, { course, userId });
    const before = existing?.status ?? null;
    const step = onEnroll(before, this.#isOver(existing));
    if (step === 'keep') return 'already_enrolled';
    if (step === 'refuse') return 'refused';
    const needsPlace = before === null || !isCounted(before);
    if (needsPlace && course.enrollmentCount >= (course.maxEnrollments ?? Infinity)) return 'course_full';
    await this.#put(tx, course, userId, existing, { ...how, status: 'enrolled' });
    this.#record(tx, actor, course, userId, {
      action,
      old: { status: before },
      new: { status: 'enrolled', enrollmentType: how.enrollmentType },
    });
    await this.#tell(tx, 'courses.enrollment.started', course, userId);
    return 'enrolled';
  }

  /**
   * Asks for a place in a course that is locked, and takes none; changes nothing for who is in or waits already.
   * @returns whether that is a new request
   * @throws AppError enrollment_refused (suspended or failed), request_declined
   */
  async ask(tx: Transaction, actor: UserActor, course: Course): Promise<boolean> {
    const { userId } = actor;
    const existing = await tx.em.findOne(Enrollment, { course, userId });
    const before = existing?.status ?? null;
    this.assertNotDeclined(existing);
    const step = onAsk(before, this.#isOver(existing));
    if (step === 'keep') return false;
    if (step === 'refuse') throw new AppError('enrollment_refused');
    await this.#put(tx, course, userId, existing, { ...bySelf, status: 'pending_approval' });
    this.#record(tx, actor, course, userId, {
      action: 'enrollment.requested',
      old: { status: before },
      new: { status: 'pending_approval' },
    });
    return true;
  }

  /**
   * Declines a request for a place in a course.
   * @param reason as whoever asked reads it
   */
  async decline(
    tx: Transaction,
    actor: UserActor,
    course: Course,
    enrollment: Enrollment,
    reason: string | null,
  ): Promise<void> {
    const { status, userId } = enrollment;
    Object.assign(enrollment, {
      status: 'rejected',
      withdrawnAt: this.#clock.now(),
      withdrawalReason: reason,
    });
    await tx.em.flush();
    this.#record(tx, actor, course, userId, {
      action: 'enrollment.rejected',
      old: { status },
      new: { status: 'rejected' },
    });
  }

  /** @throws AppError request_declined when it was not long ago */
  assertNotDeclined(enrollment: Enrollment | null): void {
    if (enrollment?.status !== 'rejected' || !enrollment.withdrawnAt) return;
    const until = askAgainAt(enrollment.withdrawnAt);
    if (until > this.#clock.now()) throw new AppError('request_declined', { until: iso(until) });
  }

  #isOver(enrollment: Enrollment | null): boolean {
    return enrollment?.expiresAt ? enrollment.expiresAt <= this.#clock.now() : false;
  }

  /** Begins an enrolment, or begins it again, and counts it. */
  async #put(
    tx: Transaction,
    course: Course,
    userId: string,
    existing: Enrollment | null,
    how: How & { status: EnrollmentStatus },
  ): Promise<void> {
    const wasCounted = existing !== null && isCounted(existing.status);
    const enrolledAt = this.#clock.now();
    if (existing) Object.assign(existing, { ...fresh, ...how, enrolledAt });
    else {
      const { organizationId } = course;
      const made = { ...how, id: this.#ids.uuid(), organizationId, userId, course, enrolledAt };
      tx.em.persist(tx.em.create(Enrollment, made));
    }
    await tx.em.flush();
    if (isCounted(how.status) !== wasCounted) await this.#count(tx, course, wasCounted ? -1 : 1);
  }

  /** Locks the course, so that its counter and its limit of places are judged one enrolment at a time. */
  async #authorize(tx: Transaction, actor: Actor, courseId: string): Promise<Course> {
    await lockCourse(tx.em, courseId);
    const course = await tx.em.findOne(Course, { id: courseId });
    if (!course) throw new AppError('not_found');
    if (actor.kind === 'system') return course;
    const asks = ['course.read', 'enrollment.manage'] as const;
    const rights = await this.#access.rights(tx.em, actor, asks, { type: 'course', id: courseId });
    if (rights?.may('enrollment.manage')) return course;
    throw new AppError(rights?.may('course.read') ? 'forbidden' : 'not_found');
  }

  /** Somebody of another organization does not exist here. */
  async #requireMember(tx: Transaction, course: Course, userId: string): Promise<void> {
    if (!(await isMember(tx.em, userId, course.organizationId))) throw new AppError('not_found');
  }

  async #count(tx: Transaction, course: Course, by: 1 | -1): Promise<void> {
    await tx.em.execute('update courses set enrollment_count = enrollment_count + ? where id = ?', [
      by,
      course.id,
    ]);
    // Whoever is next in the same transaction is judged by what it says now.
    await tx.em.refresh(course);
  }

  #record(
    tx: Transaction,
    actor: Actor | null,
    course: Course,
    userId: string,
    change: {
      action: string;
      old: { status: string | null };
      new: { status: string; enrollmentType?: string };
    },
  ): void {
    this.#audit.record(tx, {
      ...change,
      actor,
      category: 'data_change',
      organizationId: course.organizationId,
      resourceType: 'course',
      resourceId: course.id,
      metadata: { userId },
    });
  }

  async #tell(tx: Transaction, type: string, course: Course, userId: string): Promise<void> {
    await this.#outbox.add(tx, {
      type,
      aggregateType: 'course',
      aggregateId: course.id,
      organizationId: course.organizationId,
      payload: { userId, courseId: course.id },
    });
  }
}

/** @throws AppError course_full, enrollment_refused */
export function assertStarted(started: Started): void {
  if (started === 'course_full') throw new AppError('course_full');
  if (started === 'refused') throw new AppError('enrollment_refused');
}
