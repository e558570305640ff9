import type { EntityManager } from '@mikro-orm/postgresql';

/** A part of the copy. */
interface Section {
  /** The columns by which its rows are the person's, `table.column`: what a test compares with the database's catalogue. */
  by: readonly string[];
  /** `:me` is the person. */
  read: string;
  /** Grows with the years: it has an `id`, and is read by it page by page. */
  paged?: true;
}

/** Rows of others in which the person stands as who did something: which and when, nothing of what is in them. */
const deeds: Record<string, readonly string[]> = {
  api_keys: ['created_by', 'revoked_by'],
  auth_sessions: ['revoked_by'],
  courses: ['created_by', 'updated_by'],
  custom_field_definitions: ['created_by', 'updated_by'],
  enrollments: ['enrolled_by', 'approved_by'],
  guardianships: ['requested_by', 'approved_by'],
  invitations: ['invited_by'],
  live_chat_messages: ['hidden_by'],
  live_hand_raises: ['lowered_by'],
  live_session_participants: ['admitted_by', 'removed_by', 'attendance_set_by'],
  live_sessions: ['created_by', 'ended_by', 'floor_user_id'],
  note_documents: ['last_edited_by', 'locked_by'],
  system_settings: ['updated_by'],
  user_imports: ['created_by'],
  user_permissions: ['assigned_by', 'revoked_by'],
  user_profiles: ['manager_id'],
  user_roles: ['assigned_by', 'revoked_by'],
};

/** When the row of a deed came to be, where it is not `created_at`. */
const deedTimes: Partial<Record<string, string>> = { live_hand_raises: 'raised_at' };

/**
 * What is kept about a person, section by section. Hashes and keys are left out: they say nothing about the person and would
 * be worth something to whoever finds the file. Values of others (names of fellow students) are left out as well. What is
 * not here is in `not-exported.ts`, with the reason.
 */
export const sections: Record<string, Section> = {
  account: {
    by: ['users.id'],
    read: `select u.id, u.code, r.name as role, u.username, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.first_name, u.middle_name,
      u.last_name, u.display_name, u.avatar_url, u.avatar_file_id, u.timezone, u.locale, u.status, u.suspended_until, u.suspension_reason,
      u.failed_login_attempts, u.locked_until, u.last_login_at, u.last_activity_at, u.password_changed_at, u.must_change_password, u.confirm_on_return,
      u.two_factor_enabled, u.two_factor_confirmed_at, u.onboarding_started_at, u.onboarding_completed_at, u.followers_count,
      u.following_count, u.created_at, u.updated_at, u.deleted_at
      from users u join roles r on r.id = u.primary_role_id where u.id = :me`,
  },
  profile: {
    by: ['user_profiles.user_id'],
    read: `select bio, date_of_birth, gender, alternate_phone, employee_id, job_title, department, manager_id, hire_date, location, address_line_1,
      address_line_2, city, state_province, postal_code, country, emergency_contact_name, emergency_contact_phone,
      emergency_contact_relationship, skills, social_links, visibility, created_at, updated_at from user_profiles where user_id = :me`,
  },
  // Those of earlier organizations and of fields that were removed as well: they are kept.
  custom_fields: {
    by: ['user_profiles.user_id'],
    read: `select o.name as organization, coalesce(d.label, v.key) as field, v.value, d.deleted_at as removed_at
      from user_profiles p cross join jsonb_each(p.custom_fields) v
      left join custom_field_definitions d on d.id::text = v.key left join organizations o on o.id = d.organization_id
      where p.user_id = :me order by d.sort_order, v.key`,
  },
  interests: {
    by: ['user_interests.user_id'],
    read: `select i.interest_name, k.name as category, i.priority, i.created_at from user_interests i
      left join course_categories k on k.id = i.category_id where i.user_id = :me order by i.priority desc, i.id`,
  },
  // Whom, without their names; of those who follow, only that they do.
  following: {
    by: ['user_follows.follower_id'],
    read: `select id, followee_id, created_at from user_follows where follower_id = :me`,
    paged: true,
  },
  followers: {
    by: ['user_follows.followee_id'],
    read: `select id, created_at from user_follows where followee_id = :me`,
    paged: true,
  },
  organizations: {
    by: ['organization_memberships.user_id'],
    read: `select m.id, o.name as organization, m.role, m.title, m.is_primary, m.status, m.joined_at, m.left_at from organization_memberships m
      join organizations o on o.id = m.organization_id where m.user_id = :me`,
    paged: true,
  },
  roles: {
    by: ['user_roles.user_id'],
    read: `select a.id, r.name as role, o.name as organization, a.context_type, a.context_id, a.assigned_at, a.expires_at, a.revoked_at, a.revoke_reason
      from user_roles a join roles r on r.id = a.role_id left join organizations o on o.id = a.organization_id where a.user_id = :me`,
    paged: true,
  },
  permissions: {
    by: ['user_permissions.user_id'],
    read: `select a.id, p.slug as permission, a.granted, o.name as organization, a.context_type, a.context_id, a.assigned_at, a.expires_at, a.revoked_at
      from user_permissions a join permissions p on p.id = a.permission_id left join organizations o on o.id = a.organization_id where a.user_id = :me`,
    paged: true,
  },
  // Also those that were written to the address before there was an account for it.
  invitations: {
    by: ['invitations.user_id', 'invitations.accepted_by'],
    read: `select i.id, i.scope, o.name as organization, c.title as course, i.email, i.grant_role, i.membership_role, i.message, i.status, i.created_at, i.expires_at,
      i.accepted_at, i.declined_at from invitations i join organizations o on o.id = i.organization_id left join courses c on c.id = i.course_id
      where i.user_id = :me or i.accepted_by = :me
        or i.email = (select u.email from users u where u.id = :me and u.email_verified_at is not null)`,
    paged: true,
  },
  imported_from_list: {
    by: ['user_import_rows.user_id'],
    read: `select i.created_at, r.row_number, r.status, r.raw, r.data, r.problems from user_import_rows r join user_imports i on i.id = r.import_id
      where r.user_id = :me order by i.created_at`,
  },
  sign_in_methods: {
    by: ['user_authentication_methods.user_id'],
    read: `select id, provider, issuer, provider_user_id, provider_email, provider_data, verified_at, last_used_at, created_at
      from user_authentication_methods where user_id = :me`,
    paged: true,
  },
  passkeys: {
    by: ['passkeys.user_id'],
    read: `select id, name, device_type, backed_up, transports, created_at, last_used_at from passkeys where user_id = :me`,
    paged: true,
  },
  recovery_codes: {
    by: ['two_factor_recovery_codes.user_id'],
    read: `select id, created_at, used_at from two_factor_recovery_codes where user_id = :me`,
    paged: true,
  },
  sent_codes_and_links: {
    by: ['verification_tokens.user_id'],
    read: `select id, purpose, kind, channel, destination, attempts, created_at, expires_at, used_at, host(ip_address) as ip_address, user_agent
      from verification_tokens where user_id = :me`,
    paged: true,
  },
  sign_ins: {
    by: ['auth_sessions.user_id'],
    read: `select id, created_at, last_activity_at, expires_at, remember_me, mfa_verified_at, revoked_at, revoke_reason, host(ip_address) as ip_address,
      user_agent, browser, platform, device_type, device_id, is_mobile, location, device_info, data from auth_sessions where user_id = :me`,
    paged: true,
  },
  api_keys: {
    by: ['api_keys.user_id'],
    read: `select id, name, description, key_prefix, permissions, allowed_ips, allowed_domains, created_at, expires_at, last_used_at, usage_count,
      revoked_at, revoke_reason from api_keys where user_id = :me`,
    paged: true,
  },
  // Who the other one is, both see on their family page too.
  family_as_parent: {
    by: ['guardianships.parent_id'],
    read: `select g.id, c.display_name as child, g.relationship, g.relationship_note, g.status, g.can_view_grades, g.can_make_payments,
      g.receives_notifications, g.created_at, g.approved_at, g.revoked_at from guardianships g join users c on c.id = g.child_id where g.parent_id = :me`,
    paged: true,
  },
  family_as_child: {
    by: ['guardianships.child_id'],
    read: `select g.id, p.display_name as parent, g.relationship, g.relationship_note, g.status, g.can_view_grades, g.can_make_payments,
      g.receives_notifications, g.created_at, g.approved_at, g.revoked_at from guardianships g join users p on p.id = g.parent_id where g.child_id = :me`,
    paged: true,
  },
  courses_taught: {
    by: ['courses.instructor_id'],
    read: `select id, title, code, status, created_at from courses where instructor_id = :me`,
    paged: true,
  },
  enrolments: {
    by: ['enrollments.user_id'],
    read: `select e.id, c.title as course, e.enrollment_type, e.status, e.payment_status, e.progress_percentage, e.completion_percentage,
      e.time_spent_seconds, e.grade, e.grade_letter, e.points_earned, e.points_possible, e.enrolled_at, e.started_at, e.last_accessed_at,
      e.completed_at, e.expires_at, e.withdrawn_at, e.withdrawal_reason, e.custom_fields, e.notes
      from enrollments e join courses c on c.id = e.course_id where e.user_id = :me`,
    paged: true,
  },
  classes_hosted: {
    by: ['live_sessions.host_id'],
    read: `select id, title, description, scheduled_at, started_at, ended_at, status from live_sessions where host_id = :me`,
    paged: true,
  },
  classes: {
    by: ['live_session_participants.user_id'],
    read: `select p.id, s.title as class, p.role, p.admission, p.admitted_at, p.guest_since, p.guest_ended_at, p.removed_at, p.removal_reason, p.joined_at, p.left_at, p.total_seconds,
      p.attendance, p.recording_consent_at from live_session_participants p join live_sessions s on s.id = p.session_id where p.user_id = :me`,
    paged: true,
  },
  class_attendance: {
    by: ['live_attendance_intervals.participant_id'],
    read: `select i.id, s.title as class, i.joined_at, i.left_at, i.leave_reason, host(i.ip_address) as ip_address, i.user_agent
      from live_session_participants p join live_attendance_intervals i on i.participant_id = p.id join live_sessions s on s.id = i.session_id
      where p.user_id = :me`,
    paged: true,
  },
  hands_raised: {
    by: ['live_hand_raises.participant_id'],
    read: `select h.id, s.title as class, h.raised_at, h.lowered_at, h.resolution from live_session_participants p
      join live_hand_raises h on h.participant_id = p.id join live_sessions s on s.id = h.session_id where p.user_id = :me`,
    paged: true,
  },
  class_events: {
    by: ['live_session_events.actor_id', 'live_session_events.target_user_id'],
    read: `select e.id, s.title as class, e.event_type, case when e.actor_id = :me then 'I did it' else 'it was done to me' end as part, e.payload,
      e.created_at from live_session_events e join live_sessions s on s.id = e.session_id where e.actor_id = :me or e.target_user_id = :me`,
    paged: true,
  },
  chat: {
    by: ['live_chat_messages.sender_id'],
    read: `select m.id, s.title as class, m.content, m.is_private, m.created_at, m.edited_at, m.hidden_at, m.hidden_reason
      from live_chat_messages m join live_sessions s on s.id = m.session_id where m.sender_id = :me`,
    paged: true,
  },
  chat_to_me: {
    by: ['live_chat_messages.recipient_id'],
    read: `select m.id, s.title as class, m.content, m.created_at from live_chat_messages m join live_sessions s on s.id = m.session_id
      where m.recipient_id = :me`,
    paged: true,
  },
  // The text of personal notes; what is in the notes of a class was written by many.
  notes: {
    by: ['note_documents.owner_id'],
    read: `select id, title, scope, created_at, updated_at, last_edited_at, case when scope = 'personal' then plain_text end as text
      from note_documents where owner_id = :me and deleted_at is null`,
    paged: true,
  },
  notes_edited: {
    by: ['note_updates.user_id'],
    read: `select d.id, d.title, d.scope, count(*) as changes, min(n.created_at) as first_change_at, max(n.created_at) as last_change_at
      from note_updates n join note_documents d on d.id = n.document_id where n.user_id = :me group by d.id`,
    paged: true,
  },
  files: {
    by: ['files.user_id'],
    read: `select id, original_filename, mime_type, size_bytes, created_at from files where user_id = :me and deleted_at is null`,
    paged: true,
  },
  // What the person did: where from, and the values where they are their own.
  audit: {
    by: ['audit_logs.user_id', 'audit_logs.session_id', 'audit_log_details.audit_log_id'],
    read: `select l.id, l.created_at, l.action, l.category, l.severity, l.resource_type, l.resource_id, l.session_id, l.request_id,
      host(d.ip_address) as ip_address, d.user_agent,
      case when l.resource_type = 'user' and l.resource_id = :me then d.old_values end as old_values,
      case when l.resource_type = 'user' and l.resource_id = :me then d.new_values end as new_values
      from audit_logs l left join audit_log_details d on d.audit_log_id = l.id where l.user_id = :me`,
    paged: true,
  },
  // What others did to the account, without who and where from; what nobody signed in did came, as far as one can know, from
  // the person, as the erasure takes it too.
  audit_about_me: {
    by: ['audit_logs.resource_id'],
    read: `select l.id, l.created_at, l.action, l.category, l.severity, d.old_values, d.new_values, d.description,
      case when l.user_id is null then host(d.ip_address) end as ip_address, case when l.user_id is null then d.user_agent end as user_agent
      from audit_logs l left join audit_log_details d on d.audit_log_id = l.id
      where l.resource_type = 'user' and l.resource_id = :me and l.user_id is distinct from :me`,
    paged: true,
  },
  ...Object.fromEntries(
    Object.entries(deeds).flatMap(([table, columns]) =>
      columns.map((column): [string, Section] => {
        const read = `select id, ${deedTimes[table] ?? 'created_at'} as at from ${table} where ${column} = :me`;
        return [`did_${table}_${column}`, { by: [`${table}.${column}`], read, paged: true }];
      }),
    ),
  ),
};

const pageSize = 500;
const beforeAll = '00000000-0000-0000-0000-000000000000';

/** The rows of a section, a page at a time: however many there are, no more are held. */
export async function* readSection(
  em: () => EntityManager,
  section: Section,
  userId: string,
): AsyncIterable<Record<string, unknown>> {
  if (!section.paged) {
    yield* await run(em(), section.read, { me: userId });
    return;
  }
  const page = `select * from (${section.read}) s where s.id > :after order by s.id limit ${pageSize}`;
  for (let after = beforeAll; ;) {
    const rows = await run(em(), page, { me: userId, after });
    yield* rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.['id'] as string;
  }
}

function run(
  em: EntityManager,
  statement: string,
  values: Record<string, string>,
): Promise<Record<string, unknown>[]> {
  const given: (string | undefined)[] = [];
  const text = statement.replaceAll(/(?<!:):(me|after)\b/g, (_, name: string) => {
    given.push(values[name]);
    return '?::uuid';
  });
  return em.execute(text, given);
}
