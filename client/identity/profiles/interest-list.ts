import type { CategoryView } from '../../../shared/courses/categories.ts';
import {
  interestKey,
  interestLength,
  interestName,
  maxInterests,
} from '../../../shared/identity/profiles.ts';
import type { Interest, InterestView } from '../../../shared/identity/profiles.ts';

/** A category that can be an interest. */
export type Choice = Pick<CategoryView, 'id' | 'name' | 'organizationId'>;

/** What a typed interest becomes, or why it cannot be added. */
export type Added = { interests: InterestView[] } | { refused: 'tooLong' | 'known' | 'full' | 'empty' };

/** An interest as it is sent. */
export const sentInterest = ({ name, categoryId }: InterestView): Interest =>
  categoryId === null ? { name } : { categoryId };

export const keyOf = (one: InterestView): string => interestKey(sentInterest(one));

/** What is called like a category is that category; the organization's where another one is called the same. */
export function addInterest(
  interests: readonly InterestView[],
  typed: string,
  categories: readonly Choice[],
): Added {
  const one = categoryCalled(typed, categories) ?? wordOf(typed);
  if (one === null) return { refused: typed.trim().length > interestLength ? 'tooLong' : 'empty' };
  if (interests.some((other) => keyOf(other) === keyOf(one))) return { refused: 'known' };
  if (interests.length >= maxInterests) return { refused: 'full' };
  return { interests: [...interests, one] };
}

function categoryCalled(typed: string, categories: readonly Choice[]): InterestView | null {
  const name = typed.trim().toLowerCase();
  const called = categories.filter((one) => one.name.toLowerCase() === name);
  const one = called.find(({ organizationId }) => organizationId !== null) ?? called[0];
  return one ? { name: one.name, categoryId: one.id } : null;
}

function wordOf(typed: string): InterestView | null {
  const { data: name } = interestName.safeParse(typed);
  return name === undefined ? null : { name, categoryId: null };
}

/** Names of the categories that can still be added, each once. */
export function suggestions(interests: readonly InterestView[], categories: readonly Choice[]): string[] {
  const chosen = new Set(interests.map(({ categoryId }) => categoryId));
  return [...new Set(categories.filter(({ id }) => !chosen.has(id)).map(({ name }) => name))];
}

/** One place up (-1) or down (1). */
export function moveInterest(interests: readonly InterestView[], index: number, by: -1 | 1): InterestView[] {
  const moved = interests.toSpliced(index, 1);
  return moved.toSpliced(index + by, 0, ...interests.slice(index, index + 1));
}
