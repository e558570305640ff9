import { describe, expect, it } from 'vitest';
import { draftOf, inputOf, parentsFor } from '../../client/courses/categories/category-draft.ts';
import { offered, pathOf, placed } from '../../client/courses/categories/tree.ts';
import { addInterest, suggestions } from '../../client/identity/profiles/interest-list.ts';
import type { CategoryView } from '../../shared/courses/categories.ts';
import { maxInterests } from '../../shared/identity/profiles.ts';

const category = (
  name: string,
  parentId: string | null = null,
  more: Partial<CategoryView> = {},
): CategoryView => ({
  id: name.toLowerCase(),
  organizationId: 'school',
  parentId,
  name,
  slug: name.toLowerCase(),
  description: null,
  icon: null,
  color: null,
  sortOrder: 1,
  isActive: true,
  coursesCount: 0,
  ...more,
});

/** As a tree is read. */
const all = [
  category('Science', null, { organizationId: null }),
  category('Biology', 'science'),
  category('Marine', 'biology'),
  category('Physics', 'science', { isActive: false }),
  category('Optics', 'physics'),
  category('Art'),
];
const names = (list: readonly CategoryView[]): string[] => list.map(({ name }) => name);

describe('the tree on the screens', () => {
  it('knows how deep each one stands, and what it is called in full', () => {
    expect(placed(all).map(({ depth }) => depth)).toEqual([0, 1, 2, 1, 2, 0]);
    expect(pathOf(all, 'marine')).toBe('Science › Biology › Marine');
    expect(pathOf(all, 'nothing')).toBe('');
  });

  it('offers nothing that is inactive, nor what is below it', () => {
    expect(names(offered(all))).toEqual(['Science', 'Biology', 'Marine', 'Art']);
  });

  it('lets a category be put where it can stand', () => {
    const parents = (one: CategoryView | null, scope: 'own' | 'everywhere') =>
      names(parentsFor(all, one, scope).map((parent) => parent.category));
    expect(parents(null, 'own')).toEqual(names(all));
    expect(parents(all[1] ?? null, 'own')).toEqual(['Science', 'Physics', 'Optics', 'Art']);
    expect(parents(null, 'everywhere')).toEqual(['Science']);
    expect(parents(all[0] ?? null, 'everywhere')).toEqual([]);
  });

  it('sends what a form holds, and nothing for what is left empty', () => {
    expect(inputOf({ ...draftOf(null), name: ' Art ', color: ' ' })).toEqual({
      name: 'Art',
      description: null,
      parentId: null,
      icon: null,
      color: null,
      isActive: true,
    });
  });
});

describe('an interest that is typed', () => {
  const twice = [category('Chess', null, { id: 'all', organizationId: null }), category('Chess')];

  it('is the category that is called so, the own one first, or else a word', () => {
    expect(addInterest([], ' MARINE ', all)).toEqual({
      interests: [{ name: 'Marine', categoryId: 'marine' }],
    });
    expect(addInterest([], 'chess', twice)).toEqual({ interests: [{ name: 'Chess', categoryId: 'chess' }] });
    expect(addInterest([], ' Go  club', all)).toEqual({ interests: [{ name: 'go club', categoryId: null }] });
  });

  it('is refused for a reason', () => {
    const marine = { name: 'Marine', categoryId: 'marine' };
    expect(addInterest([marine], 'marine', all)).toEqual({ refused: 'known' });
    expect(addInterest([], 'x'.repeat(61), all)).toEqual({ refused: 'tooLong' });
    expect(addInterest([], ' ', all)).toEqual({ refused: 'empty' });
    const many = Array.from({ length: maxInterests }, (_, n) => ({ name: `word ${n}`, categoryId: null }));
    expect(addInterest(many, 'one more', all)).toEqual({ refused: 'full' });
  });

  it('is suggested once, and not again', () => {
    expect(suggestions([{ name: 'Marine', categoryId: 'marine' }], all)).not.toContain('Marine');
    expect(suggestions([], twice)).toEqual(['Chess']);
  });
});
