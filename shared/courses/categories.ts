import { z } from 'zod';
import { defineRoute } from '../kernel/contract.ts';
import type { RoutePermission } from '../kernel/contract.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { id } from '../kernel/ids.ts';

export const categoryLimits = {
  /** Of one organization, or of the installation. */
  perScope: 200,
  /** A tree has so many at most, those of the installation above an organization's own among them. */
  levels: 4,
  perCourse: 5,
  name: 100,
  slug: 100,
  description: 500,
} as const;

/** Pictures that every client has. Names instead of addresses: a picture from elsewhere would tell its owner who looks at it. */
export const categoryIcons = [
  'atom',
  'book',
  'briefcase',
  'calculator',
  'code',
  'cooking',
  'globe',
  'health',
  'history',
  'language',
  'law',
  'leaf',
  'math',
  'microscope',
  'music',
  'palette',
  'puzzle',
  'sport',
  'tools',
  'users',
] as const;
export type CategoryIcon = (typeof categoryIcons)[number];

const slug = z
  .string()
  .max(categoryLimits.slug)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

const shape = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(categoryLimits.name)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u),
  /** What addresses have; it stays when the name changes. */
  slug,
  description: z
    .string()
    .trim()
    .min(1)
    .max(categoryLimits.description)
    .regex(/^[^\p{Cs}\0]*$/u)
    .nullable(),
  icon: z.enum(categoryIcons).nullable(),
  color: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/)
    .nullable(),
  /** Null: it stands at the top. */
  parentId: id.nullable(),
  /** Among its siblings, smaller first; those with the same number in the order in which they were made. */
  sortOrder: z.int().min(0).max(1_000_000),
  /** One that is not is offered to nobody, and neither is what is below it. */
  isActive: z.boolean(),
};

export const categoryView = z.object({
  ...shape,
  id,
  /** Null: of the installation, and offered in every organization. */
  organizationId: id.nullable(),
  /** Courses of the organization it was asked in that are in it and open to all members. */
  coursesCount: z.int().min(0),
});
export type CategoryView = z.infer<typeof categoryView>;

/** A category with all that is below it. */
export interface CategoryTree extends CategoryView {
  children: CategoryTree[];
}
const above = <T extends z.ZodType>(child: T) => categoryView.extend({ children: z.array(child) });
/** Written out level by level: a schema that names itself could not stand in the OpenAPI document. */
export const categoryTree: z.ZodType<CategoryTree> = above(above(above(above(z.never()))));

export const newCategoryInput = z.strictObject({
  name: shape.name,
  /** Left out: made from the name. */
  slug: slug.optional(),
  description: shape.description.default(null),
  icon: shape.icon.default(null),
  color: shape.color.default(null),
  parentId: shape.parentId.default(null),
  /** Left out: after its siblings. */
  sortOrder: shape.sortOrder.optional(),
  isActive: shape.isActive.default(true),
});
export type NewCategoryInput = z.output<typeof newCategoryInput>;

/** What is left out stays. Under another parent it comes last, unless a place is named. */
export const categoryChanges = z.strictObject(shape).partial();
export type CategoryChanges = z.output<typeof categoryChanges>;

/** A category as a course shows it. */
export const courseCategory = z.object({
  id,
  name: shape.name,
  icon: shape.icon,
  color: shape.color,
  isPrimary: z.boolean(),
});
export type CourseCategory = z.infer<typeof courseCategory>;

export const courseCategoriesInput = z
  .strictObject({
    categoryIds: z
      .array(id)
      .max(categoryLimits.perCourse)
      .transform((all) => [...new Set(all)]),
    /** The one that the course belongs to most; null: the first. */
    primaryId: id.nullable().default(null),
  })
  .refine(({ categoryIds, primaryId }) => primaryId === null || categoryIds.includes(primaryId), {
    path: ['primaryId'],
    message: 'is none of them',
  });
export type CourseCategoriesInput = z.output<typeof courseCategoriesInput>;

export const courseCategories = z.object({ categories: z.array(courseCategory) });

const organizationParams = z.object({ organizationId: id });
const categoryParams = z.object({ categoryId: id });
const inOrganization = (permission: string): RoutePermission => ({
  slug: permission,
  on: { type: 'organization', param: 'organizationId' },
});
const onCategory: RoutePermission = {
  slug: 'category.manage',
  on: { type: 'category', param: 'categoryId' },
};
const often = { points: 300, seconds: 60, by: 'user' } as const;
const rate = { points: 120, seconds: 60, by: 'user' } as const;
const about = [
  'unauthenticated',
  'not_found',
  'forbidden',
  'organization_suspended',
  'rate_limited',
] as const satisfies readonly ErrorCode[];
const creating = [...about, 'invalid_input', 'already_exists', 'category_limit', 'tree_too_deep'] as const;

/** REST operations on the categories of courses: those of an organization, and those of the installation that all have. */
export const categoryRoutes = {
  list: defineRoute({
    id: 'categories.list',
    method: 'GET',
    path: '/organizations/:organizationId/categories',
    summary:
      'The categories of an organization and of the installation, as a tree is read; inactive ones for whoever may arrange them.',
    access: 'user',
    permission: inOrganization('organization.read'),
    params: organizationParams,
    reply: z.object({ items: z.array(categoryView) }),
    status: 200,
    errors: about,
    rate: often,
  }),
  get: defineRoute({
    id: 'categories.get',
    method: 'GET',
    path: '/organizations/:organizationId/categories/:slug',
    summary: 'One category with all that is below it.',
    access: 'user',
    permission: inOrganization('organization.read'),
    params: organizationParams.extend({ slug }),
    reply: categoryTree,
    status: 200,
    errors: [...about, 'invalid_input'],
    rate: often,
  }),
  create: defineRoute({
    id: 'categories.create',
    method: 'POST',
    path: '/organizations/:organizationId/categories',
    summary: 'Add a category to an organization, at the top or below one of its own or of the installation.',
    access: 'user',
    permission: inOrganization('category.manage'),
    params: organizationParams,
    body: newCategoryInput,
    reply: categoryView,
    status: 201,
    errors: creating,
    rate,
  }),
  createEverywhere: defineRoute({
    id: 'categories.createEverywhere',
    method: 'POST',
    path: '/categories',
    summary: 'Add a category to the installation: every organization has it.',
    access: 'user',
    permission: { slug: 'category.manage', on: 'system' },
    body: newCategoryInput,
    reply: categoryView,
    status: 201,
    errors: creating,
    rate,
  }),
  update: defineRoute({
    id: 'categories.update',
    method: 'PATCH',
    path: '/categories/:categoryId',
    summary: 'Change a category, or put it below another one.',
    access: 'user',
    permission: onCategory,
    params: categoryParams,
    body: categoryChanges,
    reply: categoryView,
    status: 200,
    errors: [...about, 'invalid_input', 'already_exists', 'cycle', 'tree_too_deep'],
    rate,
  }),
  move: defineRoute({
    id: 'categories.move',
    method: 'PUT',
    path: '/categories/:categoryId/place',
    summary: 'Give a category another place among its siblings, counted from 1.',
    access: 'user',
    permission: onCategory,
    params: categoryParams,
    body: z.strictObject({ place: z.int().min(1).max(categoryLimits.perScope) }),
    reply: categoryView,
    status: 200,
    errors: [...about, 'invalid_input'],
    rate,
  }),
  remove: defineRoute({
    id: 'categories.remove',
    method: 'DELETE',
    path: '/categories/:categoryId',
    summary: 'Delete a category. What is below it moves up; courses and interests lose it, and stay.',
    access: 'user',
    permission: onCategory,
    params: categoryParams,
    reply: z.null(),
    status: 204,
    errors: about,
    rate,
  }),
  setOfCourse: defineRoute({
    id: 'categories.setOfCourse',
    method: 'PUT',
    path: '/courses/:courseId/categories',
    summary: `Put a course into categories of its organization or of the installation, at most ${categoryLimits.perCourse}.`,
    access: 'user',
    permission: { slug: 'course.update', on: { type: 'course', param: 'courseId' } },
    params: z.object({ courseId: id }),
    body: courseCategoriesInput,
    reply: courseCategories,
    status: 200,
    errors: [...about, 'invalid_input'],
    rate,
  }),
};
