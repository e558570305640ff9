import type { EntityManager } from '@mikro-orm/postgresql';
import type { Organization, User } from '../identity/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { studentEmail } from './people.ts';

/** A course that the school's people find by themselves. */
interface Offer {
  code: string;
  slug: string;
  title: string;
  subtitle: string;
  description: string;
  objectives: string;
  difficulty: 'beginner' | 'intermediate' | 'advanced';
  teacher: string;
  visibility: 'public' | 'restricted';
  requiresApproval: boolean;
  places: number | null;
  /** Numbers of the students who are in it, and of those who ask to be. */
  inside: readonly number[];
  asking: readonly number[];
}

const offers: readonly Offer[] = [
  {
    code: 'SEA-1',
    slug: 'between-the-tides',
    title: 'Between the Tides',
    subtitle: 'Marine biology with wet feet',
    description:
      'Six afternoons on the rocks below the harbour: we count limpets, watch anemones eat and find out who lives where, and why. Wear shoes that may get wet. Everybody keeps a field notebook; the best drawings hang in the corridor at the end of term.',
    objectives:
      'You can tell thirty animals of the shore apart, lay out a transect, and say with a number how sure you are.',
    difficulty: 'beginner',
    teacher: 'tanaka@lectern.test',
    visibility: 'public',
    requiresApproval: false,
    places: 16,
    inside: [4, 9, 14, 22],
    asking: [],
  },
  {
    code: 'PHO-1',
    slug: 'photography-lab',
    title: 'Photography Lab',
    subtitle: 'Light, film and a dark room',
    description:
      'We build a camera from a shoe box, load it, and develop what it saw. The dark room holds eight people, so the teacher looks who fits together. Chemicals are involved: gloves and goggles are there, patience you bring along.',
    objectives: 'You know what aperture and shutter do to a picture before you press anything.',
    difficulty: 'intermediate',
    teacher: 'teacher@lectern.test',
    visibility: 'public',
    requiresApproval: true,
    places: 8,
    inside: [6, 11, 19],
    asking: [5, 16],
  },
  {
    code: 'ROB-2',
    slug: 'robotics-workshop',
    title: 'Robotics Workshop',
    subtitle: 'From a line follower to a robot that finds its way home',
    description:
      'For those who have soldered before and want to program what they built. Teams of two, one robot each, and a race in the gym at the end of term. If you are not sure that you know enough, ask: the teacher will tell you.',
    objectives: 'You can read a sensor, write a control loop and explain why the robot still turned left.',
    difficulty: 'advanced',
    teacher: 'tanaka@lectern.test',
    visibility: 'restricted',
    requiresApproval: false,
    places: 12,
    inside: [12, 23],
    asking: [7],
  },
];

/**
 * What the demo's people can find in the catalogue: a course to enter at once, one where the demo's teacher has requests to
 * answer, and one for members who are let in. They have no classes yet, so that those who try them change nobody's timetable.
 */
export async function createOffers(
  em: EntityManager,
  clock: Clock,
  school: Organization,
  person: (email: string) => User,
): Promise<void> {
  for (const [index, offer] of offers.entries()) {
    const courseId = await createOffer(em, clock, school, person(offer.teacher).id, offer, index);
    const enter = (numbers: readonly number[], status: string, hoursAgo: number) =>
      Promise.all(
        numbers.map((number, place) =>
          em.execute(
            `insert into enrollments (organization_id, user_id, course_id, enrollment_type, status, enrolled_at)
             values (?, ?, ?, 'self', ?, ?::timestamptz - make_interval(hours => ?))`,
            [school.id, person(studentEmail(number)).id, courseId, status, clock.now(), hoursAgo - place * 7],
          ),
        ),
      );
    await enter(offer.inside, 'enrolled', 140);
    await enter(offer.asking, 'pending_approval', 26);
  }
}

async function createOffer(
  em: EntityManager,
  clock: Clock,
  school: Organization,
  teacherId: string,
  offer: Offer,
  index: number,
): Promise<string> {
  const [made] = await em.execute<{ id: string }[]>(
    `insert into courses (organization_id, instructor_id, created_by, code, slug, title, subtitle, description, objectives,
       difficulty_level, status, visibility, requires_approval, max_enrollments, type, enrollment_count, published_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'published', ?, ?, ?, 'instructor_led', ?, ?::timestamptz - make_interval(days => ?)) returning id`,
    [
      school.id,
      teacherId,
      teacherId,
      offer.code,
      offer.slug,
      offer.title,
      offer.subtitle,
      offer.description,
      offer.objectives,
      offer.difficulty,
      offer.visibility,
      offer.requiresApproval,
      offer.places,
      offer.inside.length,
      clock.now(),
      7 + 3 * index,
    ],
  );
  return made?.id ?? '';
}
