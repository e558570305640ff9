import { v7 } from 'uuid';
import type { Clock } from '../kernel/clock.ts';
import type { Database, Transaction } from '../kernel/db/database.ts';
import type { Ids } from '../kernel/ids.ts';
import { catalogue, topicOn } from './catalogue.ts';
import type { DemoCourse, Topic } from './catalogue.ts';
import { endClass, demoClasses, moveClass } from './class-rows.ts';
import { addGuests } from './guests.ts';
import { demoLock } from './load.ts';
import { writePast } from './past-class.ts';
import { planClasses } from './schedule.ts';
import type { Plan } from './schedule.ts';

/** Makes the shared page of a class; the notes feature provides it. */
export type CreateNote = (
  tx: Transaction,
  note: { organizationId: string; liveSessionId: string; ownerId: string; title: string },
) => Promise<unknown>;

export interface DemoClassesDeps {
  db: Database;
  clock: Clock;
  ids: Ids;
  createNote: CreateNote;
}

/** A demo course as it stands in the database. */
export interface CourseRow {
  id: string;
  organizationId: string;
  instructorId: string;
  plan: DemoCourse;
}

/**
 * Dates the demo's classes by today: one runs, two come later, some of the last days are over. For every start; does
 * nothing where the demo school was not loaded, and touches no class but the demo's own (`settings.demo`).
 */
export async function refreshDemoClasses(deps: DemoClassesDeps): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await tx.em.execute(demoLock);
    const courses = await demoCourses(tx);
    const own = courses.filter(({ plan }) => plan.teacher === 'teacher@lectern.test');
    if (own.length === 0) return;
    const now = deps.clock.now();
    const plan = planClasses(await demoClasses(tx.em), now);
    for (const id of plan.end) await endClass(tx.em, id, now);
    for (const { id, at } of plan.move) await moveClass(tx.em, id, at);
    await addComing(deps, tx, own, plan);
    await addPast(deps, tx, courses, plan);
  });
}

async function addComing(
  deps: DemoClassesDeps,
  tx: Transaction,
  courses: CourseRow[],
  plan: Plan,
): Promise<void> {
  if (plan.run) {
    const [course] = courses;
    if (course) await createClass(deps, tx, course, { kind: 'running', at: plan.run, minutes: 90 });
  }
  for (const [index, at] of plan.add.entries()) {
    // The later classes are of the teacher's other courses, as far as there are others.
    const course = courses[(index + 1) % courses.length];
    if (course) await createClass(deps, tx, course, { kind: 'later', at, minutes: 45 });
  }
}

async function addPast(
  deps: DemoClassesDeps,
  tx: Transaction,
  courses: CourseRow[],
  plan: Plan,
): Promise<void> {
  for (const [index, at] of plan.past.entries()) {
    const course = courses[index % courses.length];
    if (!course) continue;
    const { id, topic } = await createClass(deps, tx, course, { kind: 'past', at, minutes: 45 });
    await writePast(tx.em, { sessionId: id, course, topic, startedAt: at, minutes: 45 });
  }
}

interface NewClass {
  kind: 'running' | 'later' | 'past';
  at: Date;
  minutes: number;
}

const statusOf = { running: 'live', later: 'scheduled', past: 'ended' } as const;

async function createClass(
  deps: DemoClassesDeps,
  tx: Transaction,
  course: CourseRow,
  { kind, at, minutes }: NewClass,
): Promise<{ id: string; topic: Topic }> {
  const topic = topicOn(course.plan, at);
  const { organizationId, instructorId } = course;
  const id = kind === 'past' ? v7({ msecs: at.getTime() }) : deps.ids.uuid();
  const endedAt = kind === 'past' ? new Date(at.getTime() + minutes * 60_000) : null;
  await tx.em.execute(
    `insert into live_sessions (id, organization_id, course_id, host_id, title, description, scheduled_at, duration_minutes,
       status, started_at, ended_at, settings, created_by)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?)`,
    [
      id,
      organizationId,
      course.id,
      instructorId,
      topic.title,
      topic.description,
      at,
      minutes,
      statusOf[kind],
      kind === 'later' ? null : at,
      endedAt,
      JSON.stringify({ demo: kind }),
      instructorId,
    ],
  );
  await deps.createNote(tx, { organizationId, liveSessionId: id, ownerId: instructorId, title: topic.title });
  if (kind !== 'past') await addGuests(tx.em, { sessionId: id, kind, now: deps.clock.now() });
  return { id, topic };
}

async function demoCourses(tx: Transaction): Promise<CourseRow[]> {
  const rows = await tx.em.execute<
    { id: string; slug: string; organization_id: string; instructor_id: string }[]
  >(
    `select id, slug, organization_id, instructor_id from courses
     where metadata->>'demo' = 'true' and status = 'published' and deleted_at is null`,
  );
  // In the catalogue's order: the first is the one that runs.
  return catalogue.flatMap((plan) => {
    const row = rows.find(({ slug }) => slug === plan.slug);
    return row
      ? [{ id: row.id, organizationId: row.organization_id, instructorId: row.instructor_id, plan }]
      : [];
  });
}
