import type { EntityManager } from '@mikro-orm/postgresql';

/** Somebody's free interests, the most important one first. */
export async function interestsOf(em: EntityManager, userId: string): Promise<string[]> {
  const rows = await em.execute<{ name: string }[]>(
    'select interest_name as name from user_interests where user_id = ? order by priority desc, id',
    [userId],
  );
  return rows.map(({ name }) => name);
}

/** Keeps others from changing somebody's interests until the transaction ends. */
export async function lockInterests(em: EntityManager, userId: string): Promise<void> {
  await em.execute('select 1 from users where id = ? for no key update', [userId]);
}

/** Makes these somebody's interests, in this order; what stays keeps its row. */
export async function replaceInterests(
  em: EntityManager,
  userId: string,
  interests: readonly string[],
  now: Date,
): Promise<void> {
  const names = JSON.stringify(interests);
  await em.execute(
    'delete from user_interests where user_id = ? and interest_name <> all(array(select jsonb_array_elements_text(?::jsonb)))',
    [userId, names],
  );
  await em.execute(
    `insert into user_interests (user_id, interest_name, priority, created_at, updated_at)
     select ?, one.name, ?::int - one.place, ?, ? from jsonb_array_elements_text(?::jsonb) with ordinality as one(name, place)
     on conflict (user_id, interest_name) where interest_name is not null
     do update set priority = excluded.priority, updated_at = excluded.updated_at where user_interests.priority <> excluded.priority`,
    [userId, interests.length + 1, now, now, names],
  );
}
