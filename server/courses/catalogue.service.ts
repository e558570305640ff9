import type { EntityManager } from '@mikro-orm/postgresql';
import type {
  CatalogueCategory,
  CatalogueItem,
  CatalogueQuery,
  Recommendation,
} from '../../shared/courses/catalogue.ts';
import type { Access, Identity, Rights } from '../identity/index.ts';
import type { UserActor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import { AppError } from '../kernel/errors.ts';
import { written } from '../kernel/mail/index.ts';
import { presentOffer } from './catalogue.presenter.ts';
import { offerOf, offeredCategories, offers, recommended, requestCounts } from './catalogue.repository.ts';
import type { OfferRow } from './catalogue.repository.ts';
import { Course } from './course.entity.ts';
import { mayFind, needsApproval, offerAsks } from './courses.policy.ts';
import { lockCourse } from './courses.repository.ts';
import { Enrollment } from './enrollment.entity.ts';
import { onLeave } from './enrollment.ts';
import { assertStarted, bySelf } from './enrollments.service.ts';
import type { EnrollmentService } from './enrollments.service.ts';

interface Deps {
  db: Database;
  clock: Clock;
  access: Access;
  enrollments: EnrollmentService;
  tell: Identity['tell'];
}

/** What an organization offers to its members, and how they enter it and leave it by themselves. */
export class CatalogueService {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** @throws AppError not_found, organization_suspended */
  async list(
    actor: UserActor,
    query: CatalogueQuery,
  ): Promise<{ items: CatalogueItem[]; nextCursor: string | null }> {
    const em = this.#deps.db.em();
    const organizationId = await this.#placeOf(em, actor);
    if (organizationId === null) return { items: [], nextCursor: null };
    const { userId } = actor;
    const rows = await offers(em, userId, organizationId, { ...query, limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    return {
      items: (await this.#found(em, actor, page)).map(({ item }) => item),
      nextCursor: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null,
    };
  }

  /** @throws AppError not_found, organization_suspended */
  async categories(actor: UserActor): Promise<{ items: CatalogueCategory[]; nextCursor: null }> {
    const em = this.#deps.db.em();
    const organizationId = await this.#placeOf(em, actor);
    const items = organizationId === null ? [] : await offeredCategories(em, organizationId);
    return { items, nextCursor: null };
  }

  /** @throws AppError not_found, organization_suspended */
  async recommendations(
    actor: UserActor,
    limit: number,
  ): Promise<{ items: Recommendation[]; nextCursor: null }> {
    const em = this.#deps.db.em();
    const organizationId = await this.#placeOf(em, actor);
    if (organizationId === null) return { items: [], nextCursor: null };
    const now = this.#deps.clock.now();
    const rows = await recommended(em, actor.userId, organizationId, { now, limit });
    const found = await this.#found(em, actor, rows);
    return { items: found.map(({ item, row }) => ({ ...item, because: row.because })), nextCursor: null };
  }

  /** @throws AppError not_found, organization_suspended */
  async get(actor: UserActor, courseId: string): Promise<CatalogueItem> {
    return this.#one(this.#deps.db.em(), actor, courseId);
  }

  /**
   * Puts the person into a course that is offered to them, or asks for a place where somebody has to agree.
   * @throws AppError not_found, organization_suspended, forbidden, course_closed (seen, but not offered), course_full,
   *   enrollment_refused, request_declined
   */
  async enroll(actor: UserActor, courseId: string): Promise<CatalogueItem> {
    const { db, access } = this.#deps;
    return db.transaction(async (tx) => {
      await lockCourse(tx.em, courseId);
      const subject = { type: 'course', id: courseId } as const;
      assertOffered(await access.rights(tx.em, actor, offerAsks, subject));
      const course = await tx.em.findOneOrFail(Course, { id: courseId });
      // Who teaches it has no use for a place among the learners.
      const before = await this.#one(tx.em, actor, courseId);
      if (before.mine === 'teaching') throw new AppError('forbidden');
      if (needsApproval(course)) await this.#ask(tx, actor, course);
      else await this.#enter(tx, actor, course);
      return this.#one(tx.em, actor, courseId);
    });
  }

  /**
   * Takes a request back, or leaves a course that the person entered themselves; changes nothing for who is out already.
   * @throws AppError not_found (course, or never in it), organization_suspended, forbidden (put in by others), conflict (there is a
   *   result, or the place is suspended)
   */
  async withdraw(actor: UserActor, courseId: string): Promise<void> {
    const { db, access, enrollments } = this.#deps;
    await db.transaction(async (tx) => {
      await lockCourse(tx.em, courseId);
      const course = await tx.em.findOne(Course, { id: courseId });
      const enrollment = course && (await tx.em.findOne(Enrollment, { course, userId: actor.userId }));
      if (!enrollment) throw new AppError('not_found');
      const place = { type: 'organization', id: course.organizationId } as const;
      await access.require(tx.em, actor, 'organization.read', place);
      const step = onLeave(enrollment.status);
      if (step === 'keep') return;
      if (enrollment.enrollmentType !== 'self') throw new AppError('forbidden');
      if (step === 'refuse') throw new AppError('conflict');
      await enrollments.end(tx, actor, course, enrollment);
    });
  }

  /** Its teacher is written to about the first who waits, and about no other until that one is answered. */
  async #ask(tx: Transaction, actor: UserActor, course: Course): Promise<void> {
    const { enrollments, tell } = this.#deps;
    const { id, title, instructorId } = course;
    if (!(await enrollments.ask(tx, actor, course))) return;
    if ((await requestCounts(tx.em, [id])).get(id) !== 1) return;
    await tell(tx, instructorId, {
      subject: 'Somebody asks for a place in your course',
      paragraphs: [
        `${written(actor.displayName)} asks for a place in “${written(title)}”. You decide on its page:`,
      ],
      path: `/courses/${id}`,
    });
  }

  async #enter(tx: Transaction, actor: UserActor, course: Course): Promise<void> {
    const { enrollments } = this.#deps;
    const { userId } = actor;
    enrollments.assertNotDeclined(await tx.em.findOne(Enrollment, { course, userId }));
    assertStarted(await enrollments.start(tx, actor, course, userId, bySelf));
  }

  /** Where the person works now. */
  async #placeOf(em: EntityManager, actor: UserActor): Promise<string | null> {
    const { organizationId: id } = actor;
    if (id !== null)
      await this.#deps.access.require(em, actor, 'organization.read', { type: 'organization', id });
    return id;
  }

  async #one(em: EntityManager, actor: UserActor, courseId: string): Promise<CatalogueItem> {
    const subject = { type: 'course', id: courseId } as const;
    const rights = await this.#deps.access.rights(em, actor, offerAsks, subject);
    if (!rights || !mayFind(rights)) throw hidden(rights);
    const row = await offerOf(em, actor.userId, courseId);
    if (!row) throw new AppError('not_found');
    return presentOffer(row, rights, this.#deps.clock.now());
  }

  /** What the rights leave of some courses. */
  async #found<R extends OfferRow>(
    em: EntityManager,
    actor: UserActor,
    rows: readonly R[],
  ): Promise<{ row: R; item: CatalogueItem }[]> {
    const ids = rows.map(({ id }) => id);
    const rights = await this.#deps.access.rightsTo(em, actor, offerAsks, 'course', ids);
    const now = this.#deps.clock.now();
    return rows.flatMap((row) => {
      const own = rights.get(row.id);
      return own?.relations.includes('course.offered') && mayFind(own)
        ? [{ row, item: presentOffer(row, own, now) }]
        : [];
    });
  }
}

/** Why nobody is told of a course that they cannot find. */
function hidden(rights: Rights | null): AppError {
  const suspended =
    rights?.relations.includes('course.offered') &&
    rights.decision('course.enroll').reason.kind === 'organization_suspended';
  return new AppError(suspended ? 'organization_suspended' : 'not_found');
}

/** @throws AppError not_found, organization_suspended, forbidden, course_closed */
function assertOffered(rights: Rights | null): void {
  if (!rights || !mayFind(rights)) throw hidden(rights);
  if (!rights.relations.includes('course.offered')) throw new AppError('course_closed');
  if (!rights.may('course.enroll')) throw new AppError('forbidden');
}
