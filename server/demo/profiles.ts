import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../kernel/clock.ts';
import type { User } from '../identity/index.ts';
import { follows, learning, profiles } from './profile-texts.ts';
import type { DemoProfile } from './profile-texts.ts';

type Find = (email: string) => User;

/** What people of the demo school tell about themselves, whom they report to, whom they follow, and what they want to learn. */
export async function createProfiles(em: EntityManager, clock: Clock, person: Find): Promise<void> {
  for (const profile of profiles) await createProfile(em, clock.now(), person, profile);
  for (const [index, [follower, followee]] of follows.entries()) {
    const minutesAgo = (follows.length - index) * 173;
    await em.execute(
      `insert into user_follows (follower_id, followee_id, created_at) values (?, ?, ?::timestamptz - make_interval(mins => ?))`,
      [person(follower).id, person(followee).id, clock.now(), minutesAgo],
    );
  }
  await em.execute(
    `update users u set followers_count = (select count(*) from user_follows f where f.followee_id = u.id),
       following_count = (select count(*) from user_follows f where f.follower_id = u.id)
     where exists (select 1 from user_follows f where u.id in (f.followee_id, f.follower_id))`,
  );
  for (const { email, course, status } of learning) await sitIn(em, person(email).id, course, status);
}

async function createProfile(
  em: EntityManager,
  now: Date,
  person: Find,
  { email, interests = [], activeHoursAgo, ...profile }: DemoProfile,
): Promise<void> {
  const { id } = person(email);
  const { skills = [], links = {}, reportsTo } = profile;
  await em.execute(
    `insert into user_profiles (user_id, bio, job_title, department, employee_id, hire_date, location, country, visibility, manager_id, skills, social_links)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)), ?::jsonb)
     on conflict (user_id) do update set bio = excluded.bio, job_title = excluded.job_title, department = excluded.department,
       employee_id = excluded.employee_id, hire_date = excluded.hire_date, location = excluded.location, country = excluded.country,
       visibility = excluded.visibility, manager_id = excluded.manager_id, skills = excluded.skills, social_links = excluded.social_links`,
    [
      id,
      profile.bio,
      profile.jobTitle ?? null,
      profile.department ?? null,
      profile.employeeId ?? null,
      profile.hireDate ?? null,
      profile.location ?? null,
      profile.country ?? null,
      profile.visibility ?? 'organization',
      reportsTo === undefined ? null : person(reportsTo).id,
      JSON.stringify(skills),
      JSON.stringify(links),
    ],
  );
  for (const [index, one] of interests.entries()) {
    const [name, category] = typeof one === 'string' ? [one, null] : [null, one.category];
    await em.execute(
      `insert into user_interests (user_id, interest_name, category_id, priority)
       values (?, ?, (select id from course_categories where slug = ?), ?)`,
      [id, name, category, interests.length - index],
    );
  }
  if (activeHoursAgo === undefined) return;
  const at = new Date(now.getTime() - activeHoursAgo * 3_600_000);
  await em.execute('update users set last_login_at = ?, last_activity_at = ? where id = ?', [at, at, id]);
}

/** Teachers learn too, where their managers enrolled them. What is in progress or completed is not taken for a pupil's place in the register of past classes. */
async function sitIn(em: EntityManager, userId: string, code: string, status: string): Promise<void> {
  await em.execute(
    `with entered as (
       insert into enrollments (organization_id, user_id, course_id, enrollment_type, enrolled_by, status, completed_at)
       select c.organization_id, p.user_id, c.id, 'manager', p.manager_id, ?, case ? when 'completed' then now() end
       from courses c, user_profiles p where p.user_id = ? and c.code = ? returning course_id)
     update courses set enrollment_count = enrollment_count + 1 where id in (select course_id from entered)`,
    [status, status, userId, code],
  );
}
