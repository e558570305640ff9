import type { EntityManager } from '@mikro-orm/postgresql';
import type { CategoryIcon } from '../../shared/courses/categories.ts';
import type { Organization } from '../identity/index.ts';

interface DemoCategory {
  slug: string;
  name: string;
  icon: CategoryIcon;
  color: string;
  description?: string;
  /** The slug of what it is below. */
  below?: string;
  /** Of the installation: the college has it too. */
  everywhere?: true;
}

const categories: readonly DemoCategory[] = [
  { slug: 'science', name: 'Science', icon: 'atom', color: '#1c7ed6', everywhere: true },
  { slug: 'languages', name: 'Languages', icon: 'language', color: '#c2255c', everywhere: true },
  { slug: 'biology', name: 'Biology', icon: 'leaf', color: '#2f9e44', below: 'science' },
  { slug: 'physics', name: 'Physics', icon: 'microscope', color: '#0c8599', below: 'science' },
  { slug: 'literature', name: 'Literature', icon: 'book', color: '#7048e8', below: 'languages' },
  { slug: 'spanish', name: 'Spanish', icon: 'globe', color: '#f08c00', below: 'languages' },
  { slug: 'mathematics', name: 'Mathematics', icon: 'math', color: '#e03131' },
  { slug: 'algebra', name: 'Algebra', icon: 'calculator', color: '#e03131', below: 'mathematics' },
  {
    slug: 'technology',
    name: 'Technology',
    icon: 'tools',
    color: '#495057',
    description: 'Building things that work, and finding out why they do not.',
  },
  { slug: 'robotics', name: 'Robotics', icon: 'code', color: '#495057', below: 'technology' },
];

/** The courses by their code, with their categories; the one they belong to most first. */
const courses: Readonly<Record<string, readonly string[]>> = {
  'BIO-10B': ['biology'],
  'ALG-9A': ['algebra'],
  'PHY-11L': ['physics', 'technology'],
  'LIT-10': ['literature'],
  'SEA-1': ['biology'],
  'PHO-1': ['technology'],
  'ROB-2': ['robotics'],
};

/** How the demo school sorts its courses. */
export async function createCategories(em: EntityManager, school: Organization): Promise<void> {
  const ids = new Map<string, string>();
  for (const [index, { slug, name, icon, color, description, below, everywhere }] of categories.entries()) {
    const [made] = await em.execute<{ id: string }[]>(
      `insert into course_categories (organization_id, parent_id, name, slug, description, icon, color, sort_order)
       values (?, ?, ?, ?, ?, ?, ?, ?) returning id`,
      [
        everywhere ? null : school.id,
        below === undefined ? null : idOf(ids, below),
        name,
        slug,
        description ?? null,
        icon,
        color,
        index + 1,
      ],
    );
    ids.set(slug, made?.id ?? '');
  }
  for (const [code, slugs] of Object.entries(courses))
    for (const [index, slug] of slugs.entries())
      await em.execute(
        `insert into course_category_links (course_id, category_id, is_primary)
         select id, ?, ? from courses where organization_id = ? and code = ?`,
        [idOf(ids, slug), index === 0, school.id, code],
      );
}

function idOf(ids: ReadonlyMap<string, string>, slug: string): string {
  const id = ids.get(slug);
  if (id === undefined) throw new Error(`the demo has no category ${slug} yet`);
  return id;
}
