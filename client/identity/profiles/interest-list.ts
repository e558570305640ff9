import { interestLength, interestsInput, maxInterests } from '../../../shared/identity/profiles.ts';

/** What a typed interest becomes, or why it cannot be added. */
export type Added = { interests: string[] } | { refused: 'tooLong' | 'known' | 'full' | 'empty' };

export function addInterest(interests: readonly string[], typed: string): Added {
  const parsed = interestsInput.safeParse({ interests: [typed] });
  const [one] = parsed.data?.interests ?? [];
  if (one === undefined) return { refused: typed.trim().length > interestLength ? 'tooLong' : 'empty' };
  if (interests.includes(one)) return { refused: 'known' };
  if (interests.length >= maxInterests) return { refused: 'full' };
  return { interests: [...interests, one] };
}

/** One place up (-1) or down (1). */
export function moveInterest(interests: readonly string[], index: number, by: -1 | 1): string[] {
  const moved = interests.toSpliced(index, 1);
  return moved.toSpliced(index + by, 0, ...interests.slice(index, index + 1));
}
