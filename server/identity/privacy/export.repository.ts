import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * What is kept about a person, section by section. Hashes and keys are left out: they say nothing about the person and would
 * be worth something to whoever finds the file. Values of others (names of fellow students) are left out as well.
 */
const sections: Record<string, string> = {
  account: `select code, username, email, email_verified_at, phone, phone_verified_at, first_name, middle_name, last_name, display_name,
    avatar_url, timezone, locale, status, created_at, last_login_at, last_activity_at, password_changed_at, two_factor_enabled
    from users where id = ?`,
  profile: `select bio, date_of_birth, gender, alternate_phone, employee_id, job_title, department, hire_date, location, address_line_1,
    address_line_2, city, state_province, postal_code, country, emergency_contact_name, emergency_contact_phone,
    emergency_contact_relationship, skills, social_links, custom_fields, visibility from user_profiles where user_id = ?`,
  organizations: `select o.name as organization, m.role, m.title, m.status, m.joined_at, m.left_at from organization_memberships m
    join organizations o on o.id = m.organization_id where m.user_id = ? order by m.id`,
  roles: `select r.name as role, a.context_type, a.context_id, a.assigned_at, a.expires_at, a.revoked_at from user_roles a
    join roles r on r.id = a.role_id where a.user_id = ? order by a.id`,
  sign_in_methods: `select provider, issuer, provider_user_id, provider_email, verified_at, last_used_at from user_authentication_methods
    where user_id = ? order by id`,
  passkeys: `select name, device_type, created_at, last_used_at from passkeys where user_id = ? order by id`,
  sign_ins: `select created_at, last_activity_at, expires_at, revoked_at, revoke_reason, ip_address, user_agent, browser, platform
    from auth_sessions where user_id = ? order by id`,
  api_keys: `select name, key_prefix, permissions, created_at, expires_at, last_used_at, revoked_at from api_keys where user_id = ? order by id`,
  family_as_parent: `select relationship, status, created_at, approved_at, revoked_at from guardianships where parent_id = ? order by id`,
  family_as_child: `select relationship, status, created_at, approved_at, revoked_at from guardianships where child_id = ? order by id`,
  courses_taught: `select title, code, created_at from courses where instructor_id = ? order by id`,
  enrolments: `select c.title as course, e.status, e.enrolled_at, e.completed_at, e.withdrawn_at from enrollments e
    join courses c on c.id = e.course_id where e.user_id = ? order by e.id`,
  classes: `select s.title as class, p.role, p.joined_at, p.left_at, p.total_seconds from live_session_participants p
    join live_sessions s on s.id = p.session_id where p.user_id = ? order by p.id`,
  chat: `select session_id, content, created_at from live_chat_messages where sender_id = ? order by id`,
  files: `select original_filename, mime_type, size_bytes, created_at from files where user_id = ? and deleted_at is null order by id`,
  audit: `select created_at, action, resource_type, resource_id, category from audit_logs where user_id = ? order by id`,
};

/** Reads every section in the caller's snapshot. */
export async function readPersonalData(
  em: EntityManager,
  userId: string,
): Promise<Record<string, Record<string, unknown>[]>> {
  const found: Record<string, Record<string, unknown>[]> = {};
  for (const [name, statement] of Object.entries(sections))
    found[name] = await em.execute(statement, [userId]);
  return found;
}
