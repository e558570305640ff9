import type { EntityManager } from '@mikro-orm/postgresql';
import type { Interest } from '../../../shared/identity/profiles.ts';

/** An interest as it is stored: one of the two is null. */
export interface InterestRow {
  name: string | null;
  category_id: string | null;
}

/** Somebody's interests, the most important one first. */
export async function interestsOf(em: EntityManager, userId: string): Promise<InterestRow[]> {
  return em.execute(
    'select interest_name as name, category_id from user_interests where user_id = ? order by priority desc, id',
    [userId],
  );
}

/** Keeps others from changing somebody's interests until the transaction ends. */
export async function lockInterests(em: EntityManager, userId: string): Promise<void> {
  await em.execute('select 1 from users where id = ? for no key update', [userId]);
}

/** Makes these somebody's interests, in this order; what stays keeps its row. */
export async function replaceInterests(
  em: EntityManager,
  userId: string,
  interests: readonly Interest[],
  now: Date,
): Promise<void> {
  const listed = JSON.stringify(
    interests.map((one, index) => ({
      interest_name: 'name' in one ? one.name : null,
      category_id: 'name' in one ? null : one.categoryId,
      priority: interests.length - index,
    })),
  );
  const one = 'jsonb_to_recordset(?::jsonb) as one(interest_name text, category_id uuid, priority smallint)';
  await em.execute(
    `delete from user_interests i where user_id = ? and not exists (select 1 from ${one}
       where one.interest_name is not distinct from i.interest_name and one.category_id is not distinct from i.category_id)`,
    [userId, listed],
  );
  for (const kind of ['interest_name', 'category_id'])
    await em.execute(
      `insert into user_interests (user_id, ${kind}, priority, created_at, updated_at)
       select ?, one.${kind}, one.priority, ?, ? from ${one} where one.${kind} is not null
       on conflict (user_id, ${kind}) where ${kind} is not null
       do update set priority = excluded.priority, updated_at = excluded.updated_at where user_interests.priority <> excluded.priority`,
      [userId, now, now, listed],
    );
}
