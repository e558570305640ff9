import type { EntityManager } from '@mikro-orm/postgresql';
import { arrayOf } from '../../kernel/db/array.ts';
import type { InterestRow } from './interests.repository.ts';
import { isShown, shownTo } from './visibility.ts';
import type { Reach } from './visibility.ts';

/** A person with their profile, and what somebody is to them. Without a profile its columns are null. */
export interface PersonProfileRow {
  id: string;
  code: string;
  display_name: string;
  first_name: string;
  last_name: string;
  avatar_url: string | null;
  role: string;
  timezone: string;
  email: string | null;
  phone: string | null;
  followers_count: number;
  following_count: number;
  bio: string | null;
  date_of_birth: string | null;
  gender: string | null;
  alternate_phone: string | null;
  employee_id: string | null;
  job_title: string | null;
  department: string | null;
  hire_date: string | null;
  location: string | null;
  address_line_1: string | null;
  address_line_2: string | null;
  city: string | null;
  state_province: string | null;
  postal_code: string | null;
  country: string | null;
  emergency_contact_name: string | null;
  emergency_contact_phone: string | null;
  emergency_contact_relationship: string | null;
  skills: string[] | null;
  social_links: Record<string, string> | null;
  visibility: string | null;
  manager_id: string | null;
  manager_name: string | null;
  interests: InterestRow[] | null;
  is_shown: boolean;
  is_guardian: boolean;
  /** The person's own organization is one of the viewer's too. */
  is_colleague: boolean;
  is_followed: boolean;
  follows_viewer: boolean;
}

const belongsTo = `exists (select 1 from organization_memberships m where m.user_id = u.id and m.left_at is null
  and m.is_primary and m.organization_id = any(?::uuid[]))`;

/** Somebody who is not deleted, as seen by one viewer. Whether they may see it is for the policy to say. */
export async function findPersonProfile(
  em: EntityManager,
  userId: string,
  viewer: { id: string; reach: Reach },
  now: Date,
): Promise<PersonProfileRow | null> {
  const own = arrayOf(viewer.reach.organizationIds);
  const [row] = await em.execute<PersonProfileRow[]>(
    `select u.id, u.code, u.display_name, u.first_name, u.last_name, u.avatar_url, r.slug as role, u.timezone, u.email, u.phone,
       u.followers_count, u.following_count, p.bio, to_char(p.date_of_birth, 'YYYY-MM-DD') as date_of_birth, p.gender,
       p.alternate_phone, p.employee_id, p.job_title, p.department, to_char(p.hire_date, 'YYYY-MM-DD') as hire_date, p.location,
       p.address_line_1, p.address_line_2, p.city, p.state_province, p.postal_code, p.country, p.emergency_contact_name,
       p.emergency_contact_phone, p.emergency_contact_relationship, p.skills, p.social_links, p.visibility,
       boss.id as manager_id, boss.display_name as manager_name,
       (select json_agg(json_build_object('name', i.interest_name, 'category_id', i.category_id) order by i.priority desc, i.id)
         from user_interests i where i.user_id = u.id) as interests,
       ${isShown} as is_shown,
       ${belongsTo} as is_colleague,
       ${belongsTo} and exists (select 1 from guardianships g where g.child_id = u.id and g.parent_id = ? and g.status = 'active'
         and g.deleted_at is null) as is_guardian,
       exists (select 1 from user_follows f where f.follower_id = ? and f.followee_id = u.id) as is_followed,
       exists (select 1 from user_follows f where f.follower_id = u.id and f.followee_id = ?) as follows_viewer
     from users u join roles r on r.id = u.primary_role_id left join user_profiles p on p.user_id = u.id
     left join users boss on boss.id = p.manager_id and boss.deleted_at is null
     where u.id = ? and u.deleted_at is null`,
    [...shownTo(viewer.reach, now), own, own, viewer.id, viewer.id, viewer.id, userId],
  );
  return row ?? null;
}
