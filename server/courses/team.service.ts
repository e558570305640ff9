import type { EntityManager } from '@mikro-orm/postgresql';
import type { TeamCoursesQuery, TeamCourseView, TeamEnrollOutcome } from '../../shared/courses/team.ts';
import { hasReportsIn } from '../identity/index.ts';
import type { Access } from '../identity/index.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Database } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { Course } from './course.entity.ts';
import { isOffered, isOpen } from './courses.policy.ts';
import { isMember, lockCourse } from './courses.repository.ts';
import type { CourseService } from './courses.service.ts';
import { Enrollment } from './enrollment.entity.ts';
import { isUnderWay } from './enrollment.ts';
import type { EnrollmentInput, EnrollmentService } from './enrollments.service.ts';
import { enrollable, openCourses } from './team.repository.ts';

interface Deps {
  db: Database;
  access: Access;
  courses: CourseService;
  enrollments: EnrollmentService;
}

/** Managers who put the people below them into courses. */
export class TeamService {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /**
   * The open courses of an organization in which the manager may enrol: those for all its members, and those that they see anyway.
   * @throws AppError not_found, organization_suspended, forbidden to whoever has nobody below them there
   */
  async courses(
    actor: UserActor,
    { organizationId, q, cursor, limit }: TeamCoursesQuery,
  ): Promise<{ items: TeamCourseView[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    await this.#requireMember(em, actor, organizationId);
    if (!(await hasReportsIn(em, actor.userId, organizationId))) throw new AppError('forbidden');
    const seen = await this.#deps.courses.courseIdsOf(em, actor, organizationId);
    const rows = await openCourses(em, organizationId, { seen, q, cursor, limit: limit + 1 });
    const items = rows.slice(0, limit);
    return {
      items: items.map(({ id, code, title, instructor, places_left: placesLeft }) => ({
        id,
        code,
        title,
        instructor: { displayName: instructor },
        placesLeft,
      })),
      nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null,
    };
  }

  /**
   * Enrols people below the manager. One transaction for all: who is below whom, and which places are left, is then judged at
   * one moment, and an answer that was lost can be asked for again without anybody being enrolled twice.
   * @throws AppError not_found (course, or any of the people), course_closed, organization_suspended
   */
  async enroll(
    actor: UserActor,
    courseId: string,
    userIds: readonly string[],
  ): Promise<{ items: TeamEnrollOutcome[] }> {
    return this.#deps.db.transaction(async (tx) => {
      const course = await this.#lock(tx.em, actor, courseId);
      await this.#requireSeen(tx.em, actor, course);
      const below = await this.#below(tx.em, actor, userIds);
      if (userIds.some((id) => below.get(id) !== course.organizationId)) throw new AppError('not_found');
      const able = await enrollable(tx.em, course.organizationId, userIds);
      const how = { enrollmentType: 'manager', enrolledBy: actor.userId } as const;
      const items: TeamEnrollOutcome[] = [];
      for (const userId of userIds) {
        const start = () => this.#deps.enrollments.start(tx, actor, course, userId, how);
        items.push({ userId, outcome: able.has(userId) ? await start() : 'refused' });
      }
      return { items };
    });
  }

  /**
   * Takes somebody out again whom this manager, or one below them, enrolled, as long as they are at it: a result stays, and so
   * does what a teacher decided. Changes nothing for who is out already.
   * @throws AppError not_found (course, person, an enrolment by others), conflict (completed, failed, suspended), organization_suspended
   */
  async takeOut(actor: UserActor, { courseId, userId }: EnrollmentInput): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      const course = await this.#lock(tx.em, actor, courseId);
      const enrollment = await tx.em.findOne(Enrollment, { course, userId });
      const [own] = enrollment ? await this.enrolledByTeam(tx.em, actor, userId, [enrollment]) : [];
      const below = await this.#below(tx.em, actor, [userId]);
      if (!own || below.get(userId) !== course.organizationId) throw new AppError('not_found');
      if (own.status === 'withdrawn') return;
      if (!isUnderWay(own.status)) throw new AppError('conflict');
      await this.#deps.enrollments.end(tx, actor, course, own);
    });
  }

  /** Of some enrolments of somebody below the actor those that the actor made as a manager, or a manager below them. */
  async enrolledByTeam<T extends { enrollmentType: string; enrolledBy?: string | null | undefined }>(
    em: EntityManager,
    actor: UserActor,
    userId: string,
    enrollments: readonly T[],
  ): Promise<(T & { enrolledBy: string })[]> {
    const byManagers = enrollments.filter(
      (one): one is T & { enrolledBy: string } => one.enrollmentType === 'manager' && Boolean(one.enrolledBy),
    );
    if (byManagers.length === 0) return [];
    const below = await this.#below(em, actor, [userId, ...byManagers.map((one) => one.enrolledBy)]);
    if (!below.has(userId)) return [];
    return byManagers.filter(({ enrolledBy }) => enrolledBy === actor.userId || below.has(enrolledBy));
  }

  /** Locks the course first, as everything does that changes who is in it. */
  async #lock(em: EntityManager, actor: UserActor, courseId: string): Promise<Course> {
    await lockCourse(em, courseId);
    const course = await em.findOne(Course, { id: courseId });
    if (!course) throw new AppError('not_found');
    await this.#requireMember(em, actor, course.organizationId);
    return course;
  }

  /** Who looks after an organization from above has an office there, but is nobody's manager. */
  async #requireMember(em: EntityManager, actor: UserActor, id: string): Promise<void> {
    await this.#deps.access.require(em, actor, 'organization.read', { type: 'organization', id });
    if (!(await isMember(em, actor.userId, id))) throw new AppError('not_found');
  }

  async #requireSeen(em: EntityManager, actor: UserActor, course: Course): Promise<void> {
    const subject = { type: 'course', id: course.id } as const;
    const isSeen = isOffered(course) || (await this.#deps.access.can(em, actor, 'course.read', subject));
    if (!isSeen) throw new AppError('not_found');
    if (!isOpen(course)) throw new AppError('course_closed');
  }

  /** Of some people those whom the actor may enrol as their manager, directly or through others, with the organization that is theirs. */
  async #below(
    em: EntityManager,
    actor: UserActor,
    ids: readonly string[],
  ): Promise<Map<string, string | null>> {
    const asked = [...new Set(ids)];
    const rights = await this.#deps.access.rightsTo(em, actor, ['enrollment.manage'], 'user', asked);
    return new Map(
      [...rights]
        .filter(([, one]) => one.may('enrollment.manage') && one.relations.includes('user.manager'))
        .map(([id, one]) => [id, one.organizationId]),
    );
  }
}
