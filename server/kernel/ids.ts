import { v7 } from 'uuid';

/** Source of ids, passed in like the clock. UUIDv7: sortable by time of creation. */
export interface Ids {
  uuid(): string;
}

export const randomIds: Ids = { uuid: () => v7() };

/** The smallest UUIDv7 of an instant: prunes monthly partitions when a query filters by time. */
export function sinceId(date: Date): string {
  const hex = date.getTime().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
