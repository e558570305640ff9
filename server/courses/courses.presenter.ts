import type { CourseStanding, CourseView } from '../../shared/courses/contract.ts';
import type { Course } from './course.entity.ts';

/**
 * A course as one person sees it.
 * @param requestsCount how many wait for an answer of theirs; null: not theirs to answer
 */
export function presentCourse(
  course: Course,
  instructorName: string,
  standing: CourseStanding,
  requestsCount: number | null,
): CourseView {
  return {
    id: course.id,
    code: course.code ?? null,
    title: course.title,
    subtitle: course.subtitle ?? null,
    description: course.description,
    instructor: { id: course.instructorId, displayName: instructorName },
    enrollmentCount: course.enrollmentCount,
    standing,
    requestsCount,
  };
}
