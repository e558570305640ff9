import type { EntityManager } from '@mikro-orm/postgresql';
import type { EnrollmentRequest } from '../../shared/courses/catalogue.ts';
import type { Access, Identity } from '../identity/index.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { written } from '../kernel/mail/index.ts';
import { presentRequest } from './catalogue.presenter.ts';
import { requestsFor } from './catalogue.repository.ts';
import { Course } from './course.entity.ts';
import { isOpen } from './courses.policy.ts';
import { isMember, lockCourse } from './courses.repository.ts';
import { Enrollment } from './enrollment.entity.ts';
import { onAnswer } from './enrollment.ts';
import { assertStarted, bySelf } from './enrollments.service.ts';
import type { EnrollmentInput, EnrollmentService } from './enrollments.service.ts';

interface Deps {
  db: Database;
  clock: Clock;
  access: Access;
  enrollments: EnrollmentService;
  tell: Identity['tell'];
}

/** Answering those who ask for a place in a course. */
export class EnrollmentRequestService {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws AppError not_found, forbidden */
  async list(
    actor: UserActor,
    courseId: string,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<{ items: EnrollmentRequest[]; nextCursor: string | null; total: number }> {
    const em = this.#deps.db.em();
    await this.#authorize(em, actor, courseId);
    const { rows, total } = await requestsFor(em, courseId, { cursor, limit: limit + 1 });
    const items = rows.slice(0, limit).map(presentRequest);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null, total };
  }

  /**
   * Gives somebody a place who asks for one; changes nothing for who is in already.
   * @throws AppError not_found (course, request, or a person who is no member any more), forbidden, course_closed, course_full,
   *   conflict (declined or taken back)
   */
  async approve(actor: UserActor, input: EnrollmentInput): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const { course, enrollment } = await this.#load(tx, actor, input);
      const step = onAnswer(enrollment.status, 'enrolled');
      if (step === 'keep') return;
      if (step === 'refuse') throw new AppError('conflict');
      if (!isOpen(course)) throw new AppError('course_closed');
      if (!(await isMember(tx.em, input.userId, course.organizationId))) throw new AppError('not_found');
      const how = { ...bySelf, approvedBy: actor.userId, approvedAt: this.#deps.clock.now() };
      const { enrollments } = this.#deps;
      assertStarted(await enrollments.start(tx, actor, course, input.userId, how, 'enrollment.approved'));
      await this.#tell(tx, input, {
        subject: 'You have a place in a course',
        paragraph: `Your request was accepted: you are in “${written(course.title)}” now.`,
      });
    });
  }

  /**
   * Declines a request; changes nothing when it was declined already.
   * @throws AppError not_found (course, request), forbidden, conflict (accepted or taken back)
   */
  async reject(actor: UserActor, input: EnrollmentInput, reason: string | null): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const { course, enrollment } = await this.#load(tx, actor, input);
      const step = onAnswer(enrollment.status, 'rejected');
      if (step === 'keep') return;
      if (step === 'refuse') throw new AppError('conflict');
      await this.#deps.enrollments.decline(tx, actor, course, enrollment, reason);
      await this.#tell(tx, input, {
        subject: 'Your request for a place in a course was declined',
        paragraph: `You cannot join “${written(course.title)}” now. Why, if a reason was given, and when you may ask again stands here:`,
      });
    });
  }

  /** The course is locked first, as by everything that changes who is in it. */
  async #load(
    tx: Transaction,
    actor: UserActor,
    { courseId, userId }: EnrollmentInput,
  ): Promise<{ course: Course; enrollment: Enrollment }> {
    await lockCourse(tx.em, courseId);
    await this.#authorize(tx.em, actor, courseId);
    const course = await tx.em.findOne(Course, { id: courseId });
    const enrollment = course && (await tx.em.findOne(Enrollment, { course, userId }));
    if (!enrollment) throw new AppError('not_found');
    return { course, enrollment };
  }

  #authorize(em: EntityManager, actor: UserActor, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, 'enrollment.approve', { type: 'course', id });
  }

  /** Who cannot be written to sees it on the page of the course. */
  #tell(
    tx: Transaction,
    { courseId, userId }: EnrollmentInput,
    { subject, paragraph }: { subject: string; paragraph: string },
  ): Promise<void> {
    return this.#deps.tell(tx, userId, { subject, paragraphs: [paragraph], path: `/catalogue/${courseId}` });
  }
}
