import { z } from 'zod';
import { id } from './ids.ts';

/** A page of a list: its items, and what the next one is asked for with; null at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: id.nullable() });

/** How a list is asked for by pages, beside what it is narrowed by. @param size of a page unless told, at most 100 */
export const pageQuery = (size: number) => ({
  cursor: id.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(size),
});
