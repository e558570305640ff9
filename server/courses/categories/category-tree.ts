/** A category as far as its place in the tree goes. */
interface Node {
  id: string;
  parent_id: string | null;
}

/** The tree as it is read: after each category all that is below it. What `isShown` hides, hides all below it. */
export function readTree<T extends Node>(rows: readonly T[], isShown: (row: T) => boolean): T[] {
  const below = byParent(rows);
  const from = (parentId: string | null): T[] =>
    (below.get(parentId) ?? []).filter(isShown).flatMap((row) => [row, ...from(row.id)]);
  return from(null);
}

/** Categories by what they are below, in their order. */
export function byParent<T extends Node>(rows: readonly T[]): Map<string | null, T[]> {
  const found = new Map<string | null, T[]>();
  for (const row of rows) found.set(row.parent_id, [...(found.get(row.parent_id) ?? []), row]);
  return found;
}

/** A slug that none of the others is, made from a name of whichever script. */
export function slugFor(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replaceAll(/^-|-$/g, '');
  const base = plain || 'category';
  if (!taken.has(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}
