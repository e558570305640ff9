import { defineEntity, p } from '@mikro-orm/core';
import { columns, softDelete } from '../kernel/db/columns.ts';

// Rows of other features stand here as ids: the database holds the foreign keys.
const CourseSchema = defineEntity({
  name: 'Course',
  tableName: 'courses',
  properties: {
    id: columns.id(),
    organizationId: p.uuid(),
    instructorId: p.uuid(),
    code: p.text().nullable(),
    title: p.text(),
    slug: p.text(),
    subtitle: p.text().nullable(),
    description: p.text().default(''),
    language: p.text().default('en'),
    difficultyLevel: p.enum(['beginner', 'intermediate', 'advanced', 'expert'] as const).default('beginner'),
    status: p.enum(['draft', 'in_review', 'published', 'archived', 'suspended'] as const).default('draft'),
    visibility: p.enum(['public', 'restricted', 'private'] as const).default('public'),
    type: p
      .enum(['self_paced', 'instructor_led', 'blended', 'webinar', 'workshop'] as const)
      .default('self_paced'),
    pricingType: p.enum(['free', 'paid', 'subscription'] as const).default('free'),
    requiresApproval: p.boolean().default(false),
    maxEnrollments: p.integer().nullable(),
    /** Learners who are or were taught: enrolled, in progress, completed or failed. */
    enrollmentCount: p.integer().default(0),
    publishedAt: columns.instant().nullable(),
    rowVersion: p.integer().version().default(1),
    createdBy: p.uuid(),
    updatedBy: p.uuid().nullable(),
    createdAt: columns.created(),
    updatedAt: columns.updated(),
    deletedAt: columns.instant().nullable(),
  },
  filters: softDelete,
});

/** A course of an organization, with the teacher who leads it. */
export class Course extends CourseSchema.class {}
CourseSchema.setClass(Course);
