import type { EntityManager } from '@mikro-orm/postgresql';
import { prepared } from '../../kernel/db/prepared.ts';

/** Display names of some people, by their id; who is not there is not in the map. For every feature that shows who did something. */
export async function displayNames(
  em: EntityManager,
  userIds: readonly string[],
): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await prepared<{ id: string; display_name: string }>(
    em,
    'select id, display_name from users where id = any(:ids::uuid[])',
    { ids: [...new Set(userIds)] },
  );
  return new Map(rows.map((row) => [row.id, row.display_name]));
}
