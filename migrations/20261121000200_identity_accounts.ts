import { Migration } from '@mikro-orm/migrations';

export class IdentityAccounts extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table roles (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid,
  name text not null,
  slug text not null,
  description text,
  type text not null default 'custom',
  level integer not null default 0,
  parent_role_id uuid,
  is_default boolean not null default false,
  is_system boolean not null default false,
  settings jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint roles_pkey primary key (id),
  constraint roles_type_check check (type in ('system', 'organization', 'course', 'custom')),
  constraint roles_not_own_parent_check check (parent_role_id is null or parent_role_id <> id)
);

create table users (
  id uuid not null default lectern_uuid_v7(),
  code text not null,
  primary_role_id uuid not null,
  username text,
  email text,
  phone text,
  email_verified_at timestamptz,
  phone_verified_at timestamptz,
  password_hash text,
  password_changed_at timestamptz,
  must_change_password boolean not null default false,
  first_name text not null,
  last_name text not null default '',
  middle_name text,
  display_name text not null,
  avatar_url text,
  timezone text not null default 'UTC',
  locale text not null default 'en',
  status text not null default 'pending_verification',
  suspended_until timestamptz,
  suspension_reason text,
  failed_login_attempts integer not null default 0,
  locked_until timestamptz,
  last_login_at timestamptz,
  last_activity_at timestamptz,
  two_factor_enabled boolean not null default false,
  two_factor_secret_enc bytea,
  two_factor_confirmed_at timestamptz,
  two_factor_last_step bigint,
  token_version integer not null default 0,
  onboarding_started_at timestamptz,
  onboarding_completed_at timestamptz,
  followers_count integer not null default 0,
  following_count integer not null default 0,
  anonymized_at timestamptz,
  search tsvector generated always as (lectern_tsv(display_name, coalesce(username, '') || ' ' || code)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint users_pkey primary key (id),
  constraint users_status_check check (status in ('pending_verification', 'active', 'inactive', 'suspended')),
  constraint users_email_lower_check check (email = lower(email)),
  constraint users_email_format_check check (email ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+$'),
  constraint users_username_format_check check (username ~ '^[a-z0-9][a-z0-9._-]{2,99}$'),
  constraint users_phone_format_check check (phone ~ '^[+][1-9][0-9]{6,14}$'),
  constraint users_code_format_check check (code ~ '^[A-Z]{3}[0-9]{4,}$'),
  constraint users_identifier_check check (email is not null or phone is not null or anonymized_at is not null),
  constraint users_two_factor_check check (not two_factor_enabled or two_factor_secret_enc is not null)
);

create table organizations (
  id uuid not null default lectern_uuid_v7(),
  parent_id uuid,
  name text not null,
  slug text not null,
  description text,
  type text not null default 'company',
  logo_url text,
  website text,
  phone text,
  email text,
  address_line_1 text,
  address_line_2 text,
  city text,
  state_province text,
  postal_code text,
  country text,
  timezone text not null default 'UTC',
  locale text not null default 'en',
  settings jsonb not null default '{}'::jsonb,
  status text not null default 'active',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint organizations_pkey primary key (id),
  constraint organizations_type_check check (type in ('company', 'division', 'department', 'team', 'group')),
  constraint organizations_status_check check (status in ('active', 'inactive', 'suspended')),
  constraint organizations_not_own_parent_check check (parent_id is null or parent_id <> id),
  constraint organizations_slug_format_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

create table organization_memberships (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  organization_id uuid not null,
  role text not null default 'member',
  title text,
  is_primary boolean not null default false,
  status text not null default 'active',
  joined_at timestamptz not null default now(),
  left_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint organization_memberships_pkey primary key (id),
  constraint organization_memberships_role_check check (role in ('member', 'manager', 'admin', 'owner')),
  constraint organization_memberships_status_check check (status in ('pending', 'active', 'inactive'))
);

create table user_roles (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  role_id uuid not null,
  organization_id uuid,
  context_type text,
  context_id uuid,
  assigned_by uuid,
  assigned_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid,
  revoke_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_roles_pkey primary key (id),
  constraint user_roles_context_type_check check (context_type in ('course', 'forum', 'live_session', 'assessment', 'assessment_sitting', 'learning_path')),
  constraint user_roles_context_pair_check check ((context_type is null) = (context_id is null))
);

create table auth_sessions (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  active_organization_id uuid,
  is_exclusive boolean not null default true,
  remember_me boolean not null default false,
  ip_address inet,
  user_agent text,
  device_id text,
  device_type text,
  browser text,
  platform text,
  location text,
  is_mobile boolean not null default false,
  device_info jsonb not null default '{}'::jsonb,
  data jsonb not null default '{}'::jsonb,
  mfa_verified_at timestamptz,
  last_activity_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by uuid,
  revoke_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint auth_sessions_pkey primary key (id),
  constraint auth_sessions_revoke_reason_check check (revoke_reason in ('logout', 'superseded', 'expired', 'password_changed', 'permissions_changed', 'suspended', 'admin', 'token_reuse')),
  constraint auth_sessions_revoke_pair_check check ((revoked_at is null) = (revoke_reason is null))
);

create table refresh_tokens (
  id uuid not null default lectern_uuid_v7(),
  session_id uuid not null,
  token_hash bytea not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  replaced_by_id uuid,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  constraint refresh_tokens_pkey primary key (id)
);

alter table roles add constraint roles_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table roles add constraint roles_parent_role_id_foreign foreign key (parent_role_id) references roles (id) on delete set null;

alter table organizations add constraint organizations_parent_id_foreign foreign key (parent_id) references organizations (id) on delete set null;

alter table organization_memberships add constraint organization_memberships_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table organization_memberships add constraint organization_memberships_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table user_roles add constraint user_roles_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table user_roles add constraint user_roles_role_id_foreign foreign key (role_id) references roles (id) on delete cascade;

alter table user_roles add constraint user_roles_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table user_roles add constraint user_roles_assigned_by_foreign foreign key (assigned_by) references users (id) on delete set null;

alter table user_roles add constraint user_roles_revoked_by_foreign foreign key (revoked_by) references users (id) on delete set null;

alter table auth_sessions add constraint auth_sessions_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table auth_sessions add constraint auth_sessions_active_organization_id_foreign foreign key (active_organization_id) references organizations (id) on delete set null;

alter table auth_sessions add constraint auth_sessions_revoked_by_foreign foreign key (revoked_by) references users (id) on delete set null;

alter table refresh_tokens add constraint refresh_tokens_session_id_foreign foreign key (session_id) references auth_sessions (id) on delete cascade;

alter table refresh_tokens add constraint refresh_tokens_replaced_by_id_foreign foreign key (replaced_by_id) references refresh_tokens (id) on delete set null;

create unique index roles_slug_unique on roles (slug) where organization_id is null and deleted_at is null;

create unique index roles_name_unique on roles (name) where organization_id is null and deleted_at is null;

create unique index roles_organization_id_slug_unique on roles (organization_id, slug) where organization_id is not null and deleted_at is null;

create unique index roles_organization_id_unique on roles (organization_id) where is_default and organization_id is not null and deleted_at is null;

create index roles_organization_id_index on roles (organization_id);

create index roles_type_index on roles (type);

create index roles_is_system_index on roles (is_system);

create index roles_parent_role_id_index on roles (parent_role_id);

create unique index users_email_unique on users (email) where deleted_at is null;

create unique index users_phone_unique on users (phone) where deleted_at is null;

create unique index users_username_unique on users (username) where deleted_at is null;

alter table users add constraint users_code_unique unique (code);

create index users_email_index on users (email) where email_verified_at is not null;

create index users_primary_role_id_status_index on users (primary_role_id, status);

create index users_status_index on users (status);

create index users_last_activity_at_index on users (last_activity_at);

create index users_created_at_index on users (created_at);

create index users_search_index on users using gin (search);

create unique index organizations_slug_unique on organizations (slug) where deleted_at is null;

create index organizations_type_index on organizations (type);

create index organizations_status_index on organizations (status);

create index organizations_parent_id_index on organizations (parent_id);

create unique index organization_memberships_user_id_organization_id_unique on organization_memberships (user_id, organization_id) where left_at is null;

create unique index organization_memberships_user_id_unique on organization_memberships (user_id) where is_primary and left_at is null;

create index organization_memberships_user_id_status_index on organization_memberships (user_id, status);

create index organization_memberships_organization_id_status_index on organization_memberships (organization_id, status);

create index organization_memberships_role_index on organization_memberships (role);

create index organization_memberships_status_index on organization_memberships (status);

create unique index user_roles_user_id_role_id_unique on user_roles (user_id, role_id) where revoked_at is null and context_id is null and organization_id is null;

create unique index user_roles_user_id_role_id_organization_id_unique on user_roles (user_id, role_id, organization_id) where revoked_at is null and context_id is null and organization_id is not null;

create unique index user_roles_user_id_role_id_context_type_context_id_unique on user_roles (user_id, role_id, context_type, context_id) where revoked_at is null and context_id is not null;

create index user_roles_user_id_index on user_roles (user_id);

create index user_roles_context_type_context_id_index on user_roles (context_type, context_id);

create index user_roles_assigned_at_index on user_roles (assigned_at);

create index user_roles_expires_at_index on user_roles (expires_at) where revoked_at is null;

create index user_roles_role_id_index on user_roles (role_id);

create index user_roles_organization_id_index on user_roles (organization_id);

create index user_roles_assigned_by_index on user_roles (assigned_by);

create index user_roles_revoked_by_index on user_roles (revoked_by);

create unique index auth_sessions_user_id_unique on auth_sessions (user_id) where revoked_at is null and is_exclusive;

create index auth_sessions_user_id_last_activity_at_index on auth_sessions (user_id, last_activity_at);

create index auth_sessions_last_activity_at_index on auth_sessions (last_activity_at);

create index auth_sessions_expires_at_index on auth_sessions (expires_at) where revoked_at is null;

create index auth_sessions_active_organization_id_index on auth_sessions (active_organization_id);

create index auth_sessions_revoked_by_index on auth_sessions (revoked_by);

create unique index refresh_tokens_session_id_unique on refresh_tokens (session_id) where used_at is null and revoked_at is null;

alter table refresh_tokens add constraint refresh_tokens_token_hash_unique unique (token_hash);

create index refresh_tokens_session_id_created_at_index on refresh_tokens (session_id, created_at);

create index refresh_tokens_expires_at_index on refresh_tokens (expires_at);

create index refresh_tokens_replaced_by_id_index on refresh_tokens (replaced_by_id);

-- Rows that always exist: the roles, the default organization, and the account that authors system rows.
insert into roles (name, slug, type, level, is_default, is_system) values
  ('Student', 'student', 'system', 10, true, true),
  ('Parent', 'parent', 'system', 10, false, true),
  ('Moderator', 'moderator', 'system', 40, false, true),
  ('Instructor', 'instructor', 'system', 50, false, true),
  ('Administrator', 'admin', 'system', 80, false, true),
  ('Super administrator', 'super_admin', 'system', 100, false, true),
  ('Course assistant', 'course_assistant', 'course', 30, false, true),
  ('Course observer', 'course_observer', 'course', 20, false, true),
  ('Course proctor', 'course_proctor', 'course', 30, false, true);
update roles set parent_role_id = (select id from roles where slug = 'instructor') where slug = 'admin';
update roles set parent_role_id = (select id from roles where slug = 'admin') where slug = 'super_admin';
insert into organizations (name, slug) values ('Lectern', 'default');
insert into users (code, primary_role_id, email, first_name, display_name, status)
  select 'SYS0000', id, 'system@lectern.invalid', 'System', 'System', 'inactive' from roles where slug = 'super_admin';
`);
  }
}
