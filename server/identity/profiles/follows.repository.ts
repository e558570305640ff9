import type { EntityManager } from '@mikro-orm/postgresql';
import { isShown, shownTo } from './visibility.ts';
import type { Reach } from './visibility.ts';

/** Somebody who follows or is followed. */
export interface FollowRow {
  id: string;
  display_name: string;
  avatar_url: string | null;
  role: string;
  job_title: string | null;
  is_followed: boolean;
  /** With all its digits, for the place in the list. */
  place: string;
  follow_id: string;
}

/** Which end of a follow a list shows, and which one is the person whose list it is. */
const ends = {
  followers: { shown: 'follower_id', of: 'followee_id' },
  following: { shown: 'followee_id', of: 'follower_id' },
} as const;
export type Direction = keyof typeof ends;

/** One page, newest first, of those who show themselves to the viewer. */
export async function listFollows(
  em: EntityManager,
  direction: Direction,
  userId: string,
  viewer: { id: string; reach: Reach },
  page: { after: [at: string, id: string] | null; limit: number; now: Date },
): Promise<FollowRow[]> {
  const { shown, of } = ends[direction];
  return em.execute<FollowRow[]>(
    `select u.id, u.display_name, u.avatar_url, r.slug as role, p.job_title, f.id as follow_id,
       to_char(f.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place,
       exists (select 1 from user_follows mine where mine.follower_id = ? and mine.followee_id = u.id) as is_followed
     from user_follows f join users u on u.id = f.${shown} join roles r on r.id = u.primary_role_id
     left join user_profiles p on p.user_id = u.id
     where f.${of} = ? and (u.id = ? or ${isShown}) ${page.after ? 'and (f.created_at, f.id) < (?::timestamptz, ?::uuid)' : ''}
     order by f.created_at desc, f.id desc limit ?`,
    [viewer.id, userId, viewer.id, ...shownTo(viewer.reach, page.now), ...(page.after ?? []), page.limit],
  );
}

/** Keeps two people's counts from being changed by others until the transaction ends. Always in the same order. */
export async function lockCounts(em: EntityManager, userIds: readonly [string, string]): Promise<void> {
  await em.execute('select 1 from users where id in (?, ?) order by id for no key update', [...userIds]);
}

/** @returns whether it is new */
export async function insertFollow(
  em: EntityManager,
  follow: { id: string; followerId: string; followeeId: string },
  now: Date,
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    `insert into user_follows (id, follower_id, followee_id, created_at) values (?, ?, ?, ?)
     on conflict (follower_id, followee_id) do nothing returning id`,
    [follow.id, follow.followerId, follow.followeeId, now],
  );
  return rows.length > 0;
}

/** @returns whether there was one */
export async function deleteFollow(
  em: EntityManager,
  followerId: string,
  followeeId: string,
): Promise<boolean> {
  const rows = await em.execute<object[]>(
    'delete from user_follows where follower_id = ? and followee_id = ? returning id',
    [followerId, followeeId],
  );
  return rows.length > 0;
}

/** Counts one follow more or less on both sides. */
export async function countFollow(
  em: EntityManager,
  followerId: string,
  followeeId: string,
  by: 1 | -1,
): Promise<void> {
  await em.execute('update users set following_count = following_count + ? where id = ?', [by, followerId]);
  await em.execute('update users set followers_count = followers_count + ? where id = ?', [by, followeeId]);
}

/** What the screens show after following or not. */
export async function countsOf(
  em: EntityManager,
  followerId: string,
  followeeId: string,
): Promise<{ following: number; followers: number }> {
  const [row] = await em.execute<{ following: number; followers: number }[]>(
    `select (select following_count from users where id = ?) as following, (select followers_count from users where id = ?) as followers`,
    [followerId, followeeId],
  );
  return { following: row?.following ?? 0, followers: row?.followers ?? 0 };
}
