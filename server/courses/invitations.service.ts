import type { EntityManager } from '@mikro-orm/postgresql';
import type { CourseInvitationOutcome, NewCourseInvitationsInput } from '../../shared/courses/invitations.ts';
import type { InvitationStatus, InvitationView } from '../../shared/identity/invitations.ts';
import { inviteOthers } from '../identity/index.ts';
import type { Access, InvitationDoor, Invitations, InvitedTo } from '../identity/index.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { Course } from './course.entity.ts';
import { isOpen } from './courses.policy.ts';
import { enrolledAddresses, lockCourse } from './courses.repository.ts';
import type { EnrollmentService } from './enrollments.service.ts';

/** What somebody new is in the course's organization: what everybody is at least. */
const newcomer = { grantRole: 'student', membershipRole: 'member' } as const;

interface Deps {
  db: Database;
  clock: Clock;
  access: Access;
  invitations: Invitations;
  enrollments: EnrollmentService;
}

/** Asking people into a course by mail: learners, whether they belong to its organization yet or not. */
export class CourseInvitationService {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws AppError not_found, forbidden, course_closed, role_level, mail_unavailable, invalid_input */
  async create(
    actor: UserActor,
    courseId: string,
    input: NewCourseInvitationsInput,
  ): Promise<{ items: CourseInvitationOutcome[] }> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#authorize(tx.em, actor, courseId);
      // Two people who invite the same address at the same time do it one after the other.
      await lockCourse(tx.em, courseId);
      const to = await this.#openCourse(tx.em, courseId);
      const find = (emails: readonly string[]) =>
        enrolledAddresses(tx.em, courseId, emails, this.#deps.clock.now());
      return inviteOthers(input.emails, { find, outcome: 'already_enrolled' }, (emails) =>
        this.#deps.invitations.invite(tx, actor, to, { ...newcomer, emails, message: input.message }),
      );
    });
  }

  /** @throws AppError not_found, forbidden */
  async list(
    actor: UserActor,
    courseId: string,
    filter: { status?: InvitationStatus; cursor?: string; limit: number },
  ): Promise<{ items: InvitationView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#authorize(em, actor, courseId);
    return this.#deps.invitations.list(em, invitedTo(await this.#load(em, courseId)), filter);
  }

  /** @throws AppError not_found, forbidden, conflict when it is answered already; also of a course that is closed by now */
  async revoke(actor: UserActor, courseId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#authorize(tx.em, actor, courseId);
      const to = invitedTo(await this.#load(tx.em, courseId));
      return this.#deps.invitations.revoke(tx, actor, to, invitationId);
    });
  }

  /** @throws AppError not_found, forbidden, course_closed, conflict when it is answered already, mail_unavailable, rate_limited */
  async resend(actor: UserActor, courseId: string, invitationId: string): Promise<InvitationView> {
    return this.#deps.db.transaction(async (tx) => {
      await this.#authorize(tx.em, actor, courseId);
      const to = await this.#openCourse(tx.em, courseId);
      return this.#deps.invitations.resend(tx, actor, to, invitationId);
    });
  }

  /** What the link of an invitation asks. */
  door(): InvitationDoor {
    const { access, enrollments } = this.#deps;
    return {
      look: async (em, { id: courseId, organizationId, invitedBy }) => {
        const course = await em.findOne(Course, { id: courseId, organizationId });
        if (!course || !isOpen(course)) throw new AppError('course_closed');
        const subject = { type: 'course', id: courseId } as const;
        const { allowed } = await access.explain(em, invitedBy, 'enrollment.manage', subject);
        if (!allowed) throw new AppError('invitation_invalid');
        return { title: course.title };
      },
      enter: (tx, { id: courseId, invitedBy }, { userId, actor }) =>
        enrollments.enrollInvited(tx, { courseId, userId, invitedBy, actor }),
      isIn: (em, { id: courseId, userId }) => enrollments.isIn(em, { courseId, userId }),
    };
  }

  #authorize(em: EntityManager, actor: UserActor, id: string): Promise<void> {
    return this.#deps.access.require(em, actor, 'enrollment.manage', { type: 'course', id });
  }

  async #load(em: EntityManager, courseId: string): Promise<Course> {
    const course = await em.findOne(Course, { id: courseId });
    if (!course) throw new AppError('not_found');
    return course;
  }

  async #openCourse(em: EntityManager, courseId: string): Promise<InvitedTo> {
    const course = await this.#load(em, courseId);
    if (!isOpen(course)) throw new AppError('course_closed');
    return invitedTo(course);
  }
}

const invitedTo = ({ id, title, organizationId }: Course): InvitedTo => ({
  organizationId,
  place: { type: 'course', id, title },
});
