import { permissionCatalogue, permissions } from '../../../shared/identity/permissions.ts';
import type { Permission } from '../../../shared/identity/permissions.ts';

type CategoryOf<P> = P extends `${infer Resource}.${string}` ? Resource : never;
type Category = CategoryOf<Permission>;

/** In the order of the screens. */
export const permissionAreas = [
  'courses',
  'classes',
  'assessments',
  'people',
  'talk',
  'files',
  'reports',
  'organization',
  'money',
] as const;
export type PermissionArea = (typeof permissionAreas)[number];

/** The catalogue has a category per resource, many with a single entry: too many headings to find anything under. */
const areaOf: Record<Category, PermissionArea> = {
  user: 'people',
  role: 'people',
  organization: 'organization',
  settings: 'organization',
  audit: 'organization',
  api_key: 'organization',
  integration: 'organization',
  job: 'organization',
  maintenance: 'organization',
  backup: 'organization',
  course: 'courses',
  category: 'courses',
  content: 'courses',
  enrollment: 'courses',
  progress: 'courses',
  live: 'classes',
  note: 'classes',
  assessment: 'assessments',
  attempt: 'assessments',
  gradebook: 'assessments',
  proctoring: 'assessments',
  forum: 'talk',
  message: 'talk',
  announcement: 'talk',
  notification: 'talk',
  file: 'files',
  badge: 'files',
  certificate: 'files',
  report: 'reports',
  analytics: 'reports',
  payment: 'money',
  payout: 'money',
  plan: 'money',
};

const byArea = Map.groupBy(permissions, (slug) => areaOf[slug.slice(0, slug.indexOf('.')) as Category]);

/** Every permission, by area. */
export const permissionsByArea: readonly { area: PermissionArea; slugs: readonly Permission[] }[] =
  permissionAreas.map((area) => ({ area, slugs: byArea.get(area) ?? [] }));

export const isPermission = (text: string | null): text is Permission =>
  text !== null && Object.hasOwn(permissionCatalogue, text);

/** Whether what somebody types to find a permission means this one. */
export function matches(slug: Permission, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const described = `${permissionCatalogue[slug]} ${slug}`.toLowerCase();
  return words.every((word) => described.includes(word));
}
