import { Migration } from '@mikro-orm/migrations';

export class IdentityAccess extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table permissions (
  id uuid not null default lectern_uuid_v7(),
  name text not null,
  slug text not null,
  description text,
  category text,
  resource text,
  action text,
  is_system boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint permissions_pkey primary key (id),
  constraint permissions_slug_format_check check (slug ~ '^[a-z_]+([.][a-z_*]+)+$')
);

create table role_permissions (
  id uuid not null default lectern_uuid_v7(),
  role_id uuid not null,
  permission_id uuid not null,
  granted boolean not null default true,
  created_at timestamptz not null default now(),
  constraint role_permissions_pkey primary key (id)
);

create table user_permissions (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  permission_id uuid not null,
  organization_id uuid,
  context_type text,
  context_id uuid,
  granted boolean not null default true,
  assigned_by uuid,
  assigned_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_permissions_pkey primary key (id),
  constraint user_permissions_context_type_check check (context_type in ('course', 'forum', 'live_session', 'assessment', 'assessment_sitting', 'learning_path')),
  constraint user_permissions_context_pair_check check ((context_type is null) = (context_id is null))
);

create table invitations (
  id uuid not null default lectern_uuid_v7(),
  scope text not null,
  organization_id uuid not null,
  course_id uuid,
  live_session_id uuid,
  email text,
  user_id uuid,
  grant_role text,
  membership_role text not null default 'member',
  token_hash bytea not null,
  message text,
  status text not null default 'pending',
  invited_by uuid,
  accepted_by uuid,
  accepted_at timestamptz,
  declined_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint invitations_pkey primary key (id),
  constraint invitations_scope_check check (scope in ('organization', 'course', 'live_session')),
  constraint invitations_status_check check (status in ('pending', 'accepted', 'declined', 'expired', 'revoked')),
  constraint invitations_target_check check ((scope = 'organization' and course_id is null and live_session_id is null) or (scope = 'course' and course_id is not null and live_session_id is null) or (scope = 'live_session' and live_session_id is not null)),
  constraint invitations_addressee_check check (email is not null or user_id is not null),
  constraint invitations_membership_role_check check (membership_role in ('member', 'manager', 'admin', 'owner')),
  constraint invitations_email_lower_check check (email = lower(email))
);

create table api_keys (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid,
  user_id uuid,
  name text not null,
  description text,
  key_hash bytea not null,
  key_prefix text not null,
  permissions text[] not null default '{}',
  rate_limit_per_minute integer not null default 60,
  rate_limit_per_hour integer not null default 1000,
  rate_limit_per_day integer not null default 10000,
  allowed_ips text[] not null default '{}',
  allowed_domains text[] not null default '{}',
  is_active boolean not null default true,
  expires_at timestamptz,
  last_used_at timestamptz,
  usage_count bigint not null default 0,
  created_by uuid not null,
  revoked_by uuid,
  revoked_at timestamptz,
  revoke_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint api_keys_pkey primary key (id),
  constraint api_keys_revoked_check check (revoked_at is null or not is_active)
);

create table system_settings (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid,
  category text not null,
  key_name text not null,
  display_name text,
  description text,
  value text,
  value_enc bytea,
  default_value text,
  data_type text not null default 'string',
  validation_rules jsonb not null default '{}'::jsonb,
  is_encrypted boolean not null default false,
  is_public boolean not null default false,
  is_system boolean not null default false,
  requires_restart boolean not null default false,
  sort_order integer not null default 0,
  updated_by uuid,
  row_version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint system_settings_pkey primary key (id),
  constraint system_settings_data_type_check check (data_type in ('string', 'integer', 'decimal', 'boolean', 'json', 'array', 'file', 'url')),
  constraint system_settings_encrypted_check check (not is_encrypted or value is null)
);

alter table role_permissions add constraint role_permissions_role_id_foreign foreign key (role_id) references roles (id) on delete cascade;

alter table role_permissions add constraint role_permissions_permission_id_foreign foreign key (permission_id) references permissions (id) on delete cascade;

alter table user_permissions add constraint user_permissions_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table user_permissions add constraint user_permissions_permission_id_foreign foreign key (permission_id) references permissions (id) on delete cascade;

alter table user_permissions add constraint user_permissions_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table user_permissions add constraint user_permissions_assigned_by_foreign foreign key (assigned_by) references users (id) on delete set null;

alter table user_permissions add constraint user_permissions_revoked_by_foreign foreign key (revoked_by) references users (id) on delete set null;

alter table invitations add constraint invitations_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table invitations add constraint invitations_course_id_foreign foreign key (course_id) references courses (id) on delete cascade;

alter table invitations add constraint invitations_live_session_id_foreign foreign key (live_session_id) references live_sessions (id) on delete cascade;

alter table invitations add constraint invitations_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table invitations add constraint invitations_invited_by_foreign foreign key (invited_by) references users (id) on delete set null;

alter table invitations add constraint invitations_accepted_by_foreign foreign key (accepted_by) references users (id) on delete set null;

alter table api_keys add constraint api_keys_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table api_keys add constraint api_keys_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table api_keys add constraint api_keys_created_by_foreign foreign key (created_by) references users (id) on delete restrict;

alter table api_keys add constraint api_keys_revoked_by_foreign foreign key (revoked_by) references users (id) on delete set null;

alter table system_settings add constraint system_settings_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table system_settings add constraint system_settings_updated_by_foreign foreign key (updated_by) references users (id) on delete set null;

alter table permissions add constraint permissions_name_unique unique (name);

alter table permissions add constraint permissions_slug_unique unique (slug);

create index permissions_category_index on permissions (category);

create index permissions_resource_action_index on permissions (resource, action);

create index permissions_action_index on permissions (action);

create index permissions_is_system_index on permissions (is_system);

alter table role_permissions add constraint role_permissions_role_id_permission_id_unique unique (role_id, permission_id);

create index role_permissions_permission_id_index on role_permissions (permission_id);

create unique index user_permissions_user_id_permission_id_unique on user_permissions (user_id, permission_id) where revoked_at is null and context_id is null and organization_id is null;

create unique index user_permissions_user_id_permission_id_organization_id_unique on user_permissions (user_id, permission_id, organization_id) where revoked_at is null and context_id is null and organization_id is not null;

create unique index user_permissions_user_id_permission_id_context_type_co_c0a2b5f2 on user_permissions (user_id, permission_id, context_type, context_id) where revoked_at is null and context_id is not null;

create index user_permissions_user_id_index on user_permissions (user_id);

create index user_permissions_context_type_context_id_index on user_permissions (context_type, context_id);

create index user_permissions_expires_at_index on user_permissions (expires_at) where revoked_at is null;

create index user_permissions_permission_id_index on user_permissions (permission_id);

create index user_permissions_organization_id_index on user_permissions (organization_id);

create index user_permissions_assigned_by_index on user_permissions (assigned_by);

create index user_permissions_revoked_by_index on user_permissions (revoked_by);

create unique index invitations_organization_id_email_unique on invitations (organization_id, email) where scope = 'organization' and status = 'pending';

create unique index invitations_course_id_email_unique on invitations (course_id, email) where scope = 'course' and status = 'pending';

create unique index invitations_live_session_id_email_unique on invitations (live_session_id, email) where scope = 'live_session' and status = 'pending';

alter table invitations add constraint invitations_token_hash_unique unique (token_hash);

create index invitations_email_index on invitations (email);

create index invitations_status_expires_at_index on invitations (status, expires_at);

create index invitations_organization_id_index on invitations (organization_id);

create index invitations_course_id_index on invitations (course_id);

create index invitations_live_session_id_index on invitations (live_session_id);

create index invitations_user_id_index on invitations (user_id);

create index invitations_invited_by_index on invitations (invited_by);

create index invitations_accepted_by_index on invitations (accepted_by);

alter table api_keys add constraint api_keys_key_hash_unique unique (key_hash);

create index api_keys_user_id_index on api_keys (user_id);

create index api_keys_key_prefix_index on api_keys (key_prefix);

create index api_keys_is_active_index on api_keys (is_active);

create index api_keys_expires_at_index on api_keys (expires_at);

create index api_keys_organization_id_index on api_keys (organization_id);

create index api_keys_created_by_index on api_keys (created_by);

create index api_keys_revoked_by_index on api_keys (revoked_by);

create unique index system_settings_category_key_name_unique on system_settings (category, key_name) where organization_id is null;

create unique index system_settings_organization_id_category_key_name_unique on system_settings (organization_id, category, key_name) where organization_id is not null;

create index system_settings_category_index on system_settings (category);

create index system_settings_key_name_index on system_settings (key_name);

create index system_settings_is_system_index on system_settings (is_system);

create index system_settings_organization_id_index on system_settings (organization_id);

create index system_settings_updated_by_index on system_settings (updated_by);

-- The catalogue of permissions and what the system roles may (shared/identity/permissions.ts).
insert into permissions (slug, name, category, resource, action, is_system) values
  ('user.read', 'See the people of an organization', 'user', 'user', 'read', true),
  ('user.create', 'Add people, one by one or from a list', 'user', 'user', 'create', true),
  ('user.update', 'Change other people''s accounts', 'user', 'user', 'update', true),
  ('user.suspend', 'Suspend, deactivate and reactivate people', 'user', 'user', 'suspend', true),
  ('user.delete', 'Delete and restore people', 'user', 'user', 'delete', true),
  ('user.impersonate', 'Act as somebody else (audited)', 'user', 'user', 'impersonate', true),
  ('role.read', 'See roles and who has them', 'role', 'role', 'read', true),
  ('role.manage', 'Create and change custom roles', 'role', 'role', 'manage', true),
  ('role.assign', 'Give roles and permissions, up to the own level', 'role', 'role', 'assign', true),
  ('organization.read', 'See an organization and its tree', 'organization', 'organization', 'read', true),
  ('organization.manage', 'Change an organization, its settings and its tree', 'organization', 'organization', 'manage', true),
  ('organization.invite', 'Invite people', 'organization', 'organization', 'invite', true),
  ('course.read', 'See courses', 'course', 'course', 'read', true),
  ('course.create', 'Create courses', 'course', 'course', 'create', true),
  ('course.update', 'Change courses', 'course', 'course', 'update', true),
  ('course.publish', 'Publish courses', 'course', 'course', 'publish', true),
  ('course.review', 'Review courses before they are published', 'course', 'course', 'review', true),
  ('course.archive', 'Archive courses', 'course', 'course', 'archive', true),
  ('course.delete', 'Delete and restore courses', 'course', 'course', 'delete', true),
  ('course.enroll', 'Enrol in open courses', 'course', 'course', 'enroll', true),
  ('content.manage', 'Change the content of courses', 'content', 'content', 'manage', true),
  ('enrollment.read', 'See who is enrolled', 'enrollment', 'enrollment', 'read', true),
  ('enrollment.manage', 'Enrol people and take them out', 'enrollment', 'enrollment', 'manage', true),
  ('enrollment.approve', 'Approve enrolments', 'enrollment', 'enrollment', 'approve', true),
  ('progress.read', 'See learners'' progress and attendance', 'progress', 'progress', 'read', true),
  ('progress.override', 'Correct learners'' progress', 'progress', 'progress', 'override', true),
  ('assessment.read', 'See assessments', 'assessment', 'assessment', 'read', true),
  ('assessment.manage', 'Create and change assessments', 'assessment', 'assessment', 'manage', true),
  ('assessment.grade', 'Grade', 'assessment', 'assessment', 'grade', true),
  ('assessment.release', 'Release results', 'assessment', 'assessment', 'release', true),
  ('attempt.start', 'Take assessments', 'attempt', 'attempt', 'start', true),
  ('attempt.read', 'See learners'' attempts', 'attempt', 'attempt', 'read', true),
  ('gradebook.read', 'See grades', 'gradebook', 'gradebook', 'read', true),
  ('gradebook.manage', 'Change the gradebook', 'gradebook', 'gradebook', 'manage', true),
  ('gradebook.lock', 'Lock the gradebook', 'gradebook', 'gradebook', 'lock', true),
  ('proctoring.monitor', 'Watch proctored assessments', 'proctoring', 'proctoring', 'monitor', true),
  ('proctoring.decide', 'Decide on incidents', 'proctoring', 'proctoring', 'decide', true),
  ('proctoring.appeal_decide', 'Decide on appeals', 'proctoring', 'proctoring', 'appeal_decide', true),
  ('live.join', 'Join live classes', 'live', 'live', 'join', true),
  ('live.host', 'Start, lead and end live classes', 'live', 'live', 'host', true),
  ('live.manage', 'Schedule and cancel live classes', 'live', 'live', 'manage', true),
  ('live.record', 'Record live classes', 'live', 'live', 'record', true),
  ('note.read', 'Read shared notes', 'note', 'note', 'read', true),
  ('note.edit', 'Write in shared notes', 'note', 'note', 'edit', true),
  ('note.manage', 'Manage shared notes', 'note', 'note', 'manage', true),
  ('forum.read', 'Read forums', 'forum', 'forum', 'read', true),
  ('forum.post', 'Post in forums', 'forum', 'forum', 'post', true),
  ('forum.moderate', 'Moderate forums', 'forum', 'forum', 'moderate', true),
  ('forum.manage', 'Create and change forums', 'forum', 'forum', 'manage', true),
  ('message.send', 'Send messages', 'message', 'message', 'send', true),
  ('message.broadcast', 'Send messages to many', 'message', 'message', 'broadcast', true),
  ('announcement.manage', 'Publish announcements', 'announcement', 'announcement', 'manage', true),
  ('announcement.emergency', 'Publish emergency announcements', 'announcement', 'announcement', 'emergency', true),
  ('notification.manage', 'Manage notification templates', 'notification', 'notification', 'manage', true),
  ('payment.read', 'See payments', 'payment', 'payment', 'read', true),
  ('payment.refund', 'Refund payments', 'payment', 'payment', 'refund', true),
  ('payout.request', 'Request payouts', 'payout', 'payout', 'request', true),
  ('payout.approve', 'Approve payouts', 'payout', 'payout', 'approve', true),
  ('plan.manage', 'Manage subscription plans', 'plan', 'plan', 'manage', true),
  ('file.upload', 'Upload files', 'file', 'file', 'upload', true),
  ('file.manage', 'Manage the files of others', 'file', 'file', 'manage', true),
  ('badge.manage', 'Manage badges', 'badge', 'badge', 'manage', true),
  ('certificate.issue', 'Issue certificates', 'certificate', 'certificate', 'issue', true),
  ('certificate.revoke', 'Revoke certificates', 'certificate', 'certificate', 'revoke', true),
  ('report.read', 'Read reports', 'report', 'report', 'read', true),
  ('report.manage', 'Create and change reports', 'report', 'report', 'manage', true),
  ('analytics.read', 'Read analytics', 'analytics', 'analytics', 'read', true),
  ('analytics.ingest', 'Send analytics events', 'analytics', 'analytics', 'ingest', true),
  ('audit.read', 'Read the audit trail', 'audit', 'audit', 'read', true),
  ('settings.read', 'See settings', 'settings', 'settings', 'read', true),
  ('settings.manage', 'Change settings', 'settings', 'settings', 'manage', true),
  ('integration.manage', 'Connect other systems', 'integration', 'integration', 'manage', true),
  ('api_key.manage', 'See and revoke API keys of an organization', 'api_key', 'api_key', 'manage', true),
  ('job.manage', 'Manage jobs', 'job', 'job', 'manage', true),
  ('maintenance.manage', 'Plan maintenance', 'maintenance', 'maintenance', 'manage', true),
  ('backup.manage', 'Manage backups', 'backup', 'backup', 'manage', true);
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'student' and r.organization_id is null and p.slug in ('file.upload', 'message.send');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'parent' and r.organization_id is null and p.slug in ('file.upload', 'message.send');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'instructor' and r.organization_id is null and p.slug in ('file.upload', 'message.send', 'course.create', 'user.read', 'badge.manage', 'report.read');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'moderator' and r.organization_id is null and p.slug in ('file.upload', 'message.send', 'user.read', 'course.read', 'live.join', 'note.read', 'forum.read', 'forum.post', 'forum.moderate');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'admin' and r.organization_id is null and p.slug in ('user.create', 'user.update', 'user.suspend', 'user.delete', 'role.read', 'role.manage', 'role.assign', 'organization.read', 'organization.manage', 'organization.invite', 'course.read', 'course.update', 'course.publish', 'course.review', 'course.archive', 'course.delete', 'course.enroll', 'content.manage', 'enrollment.read', 'enrollment.manage', 'enrollment.approve', 'progress.read', 'progress.override', 'assessment.read', 'assessment.manage', 'assessment.grade', 'assessment.release', 'attempt.start', 'attempt.read', 'gradebook.read', 'gradebook.manage', 'gradebook.lock', 'proctoring.monitor', 'proctoring.decide', 'proctoring.appeal_decide', 'live.join', 'live.host', 'live.manage', 'live.record', 'note.read', 'note.edit', 'note.manage', 'forum.read', 'forum.post', 'forum.moderate', 'forum.manage', 'message.broadcast', 'announcement.manage', 'announcement.emergency', 'notification.manage', 'payment.read', 'payment.refund', 'payout.request', 'payout.approve', 'plan.manage', 'file.manage', 'certificate.issue', 'certificate.revoke', 'report.manage', 'analytics.read', 'audit.read', 'settings.read', 'settings.manage', 'api_key.manage');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'super_admin' and r.organization_id is null and p.slug in ('user.impersonate', 'integration.manage', 'job.manage', 'maintenance.manage', 'backup.manage', 'analytics.ingest');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'course_assistant' and r.organization_id is null and p.slug in ('course.read', 'content.manage', 'enrollment.read', 'progress.read', 'assessment.read', 'assessment.grade', 'attempt.read', 'gradebook.read', 'live.join', 'live.host', 'live.manage', 'note.read', 'note.edit', 'note.manage');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'course_observer' and r.organization_id is null and p.slug in ('course.read', 'live.join', 'note.read', 'progress.read');
insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'course_proctor' and r.organization_id is null and p.slug in ('course.read', 'proctoring.monitor');
`);
  }
}
