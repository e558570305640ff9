import type { EntityManager } from '@mikro-orm/postgresql';
import { learningStatuses } from '../../shared/courses/learner.ts';
import type { LearnerCourseView } from '../../shared/courses/learner.ts';
import { displayNames } from '../identity/index.ts';
import type { Access } from '../identity/index.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Database } from '../kernel/db/database.ts';
import { Course } from './course.entity.ts';
import { standingAsks, standingOf } from './courses.policy.ts';
import { candidates, enrollmentStandings } from './courses.repository.ts';
import { isUnderWay } from './enrollment.ts';
import type { TeamService } from './team.service.ts';

/** The courses of a learner for those who may follow their progress. */
export class LearnerService {
  readonly #db: Database;
  readonly #access: Access;
  readonly #team: TeamService;

  constructor(deps: { db: Database; access: Access; team: TeamService }) {
    this.#db = deps.db;
    this.#access = deps.access;
    this.#team = deps.team;
  }

  /** @throws AppError not_found, forbidden */
  async courses(actor: UserActor, userId: string): Promise<{ items: LearnerCourseView[]; nextCursor: null }> {
    const em = this.#db.em();
    const ids = await this.followedCourseIds(em, actor, userId);
    const courses = await em.find(Course, { id: { $in: ids } }, { orderBy: { title: 'asc', id: 'asc' } });
    const standings = await enrollmentStandings(em, userId, ids);
    const underWay = [...standings]
      .filter(([, { status }]) => isUnderWay(status))
      .map(([courseId, one]) => ({ courseId, ...one }));
    const byTeam = await this.#team.enrolledByTeam(em, actor, userId, underWay);
    const managers = new Map(byTeam.map(({ courseId, enrolledBy }) => [courseId, enrolledBy]));
    const names = await displayNames(em, [
      ...courses.map(({ instructorId }) => instructorId),
      ...managers.values(),
    ]);
    const enrolledBy = (courseId: string): LearnerCourseView['enrolledBy'] => {
      const id = managers.get(courseId);
      return id === undefined ? null : { displayName: names.get(id) ?? '', isSelf: id === actor.userId };
    };
    return {
      items: courses.map((course) => ({
        id: course.id,
        code: course.code ?? null,
        title: course.title,
        subtitle: course.subtitle ?? null,
        instructor: { displayName: names.get(course.instructorId) ?? '' },
        enrollmentStatus:
          learningStatuses.find((one) => one === standings.get(course.id)?.status) ?? 'enrolled',
        enrolledBy: enrolledBy(course.id),
      })),
      nextCursor: null,
    };
  }

  /**
   * Ids of the courses that the learner is in now, in the organization that looks after them: what they do elsewhere is not
   * the business of this one's guardians and staff.
   * @throws AppError not_found, forbidden
   */
  async followedCourseIds(em: EntityManager, actor: UserActor, userId: string): Promise<string[]> {
    const subject = { type: 'user', id: userId } as const;
    await this.#access.require(em, actor, 'progress.read', subject);
    const learner = await this.#access.rights(em, actor, ['progress.read'], subject);
    if (!learner?.organizationId) return [];
    const ids = await candidates(em, userId);
    const rights = await this.#access.rightsTo(em, { userId }, standingAsks, 'course', ids);
    return ids.filter((courseId) => {
      const one = rights.get(courseId);
      return one?.organizationId === learner.organizationId && standingOf(one) === 'learner';
    });
  }
}
