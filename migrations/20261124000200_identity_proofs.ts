import { Migration } from '@mikro-orm/migrations';

export class IdentityProofs extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table user_profiles (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  bio text,
  date_of_birth date,
  gender text,
  alternate_phone text,
  employee_id text,
  job_title text,
  department text,
  manager_id uuid,
  hire_date date,
  location text,
  address_line_1 text,
  address_line_2 text,
  city text,
  state_province text,
  postal_code text,
  country text,
  emergency_contact_name text,
  emergency_contact_phone text,
  emergency_contact_relationship text,
  skills text[] not null default '{}',
  social_links jsonb not null default '{}'::jsonb,
  custom_fields jsonb not null default '{}'::jsonb,
  visibility text not null default 'organization',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_profiles_pkey primary key (id),
  constraint user_profiles_gender_check check (gender in ('male', 'female', 'other', 'prefer_not_to_say')),
  constraint user_profiles_visibility_check check (visibility in ('public', 'organization', 'private')),
  constraint user_profiles_not_own_manager_check check (manager_id is null or manager_id <> user_id)
);

create table user_authentication_methods (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  provider text not null,
  issuer text not null default '',
  provider_user_id text not null,
  provider_email text,
  provider_data jsonb not null default '{}'::jsonb,
  is_primary boolean not null default false,
  verified_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_authentication_methods_pkey primary key (id),
  constraint user_authentication_methods_provider_check check (provider in ('email', 'phone', 'google', 'apple', 'microsoft', 'ldap', 'saml', 'oidc', 'lti', 'custom'))
);

create table verification_tokens (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  purpose text not null,
  kind text not null,
  channel text not null,
  destination text not null,
  token_hash bytea not null,
  attempts smallint not null default 0,
  max_attempts smallint not null default 5,
  expires_at timestamptz not null,
  used_at timestamptz,
  invalidated_at timestamptz,
  ip_address inet,
  user_agent text,
  metadata jsonb not null default '{}'::jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint verification_tokens_pkey primary key (id),
  constraint verification_tokens_purpose_check check (purpose in ('email_verification', 'phone_verification', 'password_reset', 'login', 'onboarding', 'email_change', 'phone_change', 'two_factor', 'guardian_link', 'account_deletion')),
  constraint verification_tokens_kind_check check (kind in ('otp', 'link')),
  constraint verification_tokens_channel_check check (channel in ('email', 'sms')),
  constraint verification_tokens_attempts_check check (attempts >= 0 and attempts <= max_attempts)
);

create table two_factor_recovery_codes (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  code_hash bytea not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  constraint two_factor_recovery_codes_pkey primary key (id)
);

create table guardianships (
  id uuid not null default lectern_uuid_v7(),
  parent_id uuid not null,
  child_id uuid not null,
  relationship text not null,
  relationship_note text,
  status text not null default 'pending',
  requested_by uuid,
  approved_by uuid,
  approved_at timestamptz,
  revoked_at timestamptz,
  can_view_grades boolean not null default true,
  can_make_payments boolean not null default true,
  receives_notifications boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint guardianships_pkey primary key (id),
  constraint guardianships_relationship_check check (relationship in ('father', 'mother', 'guardian', 'grandparent', 'sibling', 'other')),
  constraint guardianships_status_check check (status in ('pending', 'active', 'rejected', 'revoked')),
  constraint guardianships_not_self_check check (parent_id <> child_id)
);

alter table user_profiles add constraint user_profiles_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table user_profiles add constraint user_profiles_manager_id_foreign foreign key (manager_id) references users (id) on delete set null;

alter table user_authentication_methods add constraint user_authentication_methods_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table verification_tokens add constraint verification_tokens_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table two_factor_recovery_codes add constraint two_factor_recovery_codes_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table guardianships add constraint guardianships_parent_id_foreign foreign key (parent_id) references users (id) on delete cascade;

alter table guardianships add constraint guardianships_child_id_foreign foreign key (child_id) references users (id) on delete cascade;

alter table guardianships add constraint guardianships_requested_by_foreign foreign key (requested_by) references users (id) on delete set null;

alter table guardianships add constraint guardianships_approved_by_foreign foreign key (approved_by) references users (id) on delete set null;

alter table user_profiles add constraint user_profiles_user_id_unique unique (user_id);

create index user_profiles_employee_id_index on user_profiles (employee_id);

create index user_profiles_department_index on user_profiles (department);

create index user_profiles_skills_index on user_profiles using gin (skills);

create index user_profiles_custom_fields_index on user_profiles using gin (custom_fields);

create index user_profiles_manager_id_index on user_profiles (manager_id);

alter table user_authentication_methods add constraint user_authentication_methods_provider_issuer_provider_u_3cbea920 unique (provider, issuer, provider_user_id);

create unique index user_authentication_methods_user_id_unique on user_authentication_methods (user_id) where is_primary;

create index user_authentication_methods_user_id_provider_index on user_authentication_methods (user_id, provider);

create unique index verification_tokens_user_id_purpose_kind_unique on verification_tokens (user_id, purpose, kind) where used_at is null and invalidated_at is null;

create unique index verification_tokens_token_hash_unique on verification_tokens (token_hash) where kind = 'link';

create index verification_tokens_user_id_purpose_index on verification_tokens (user_id, purpose);

create index verification_tokens_expires_at_index on verification_tokens (expires_at);

alter table two_factor_recovery_codes add constraint two_factor_recovery_codes_user_id_code_hash_unique unique (user_id, code_hash);

create unique index guardianships_parent_id_child_id_unique on guardianships (parent_id, child_id) where deleted_at is null;

create index guardianships_child_id_status_index on guardianships (child_id, status);

create index guardianships_parent_id_index on guardianships (parent_id);

create index guardianships_requested_by_index on guardianships (requested_by);

create index guardianships_approved_by_index on guardianships (approved_by);

-- A passkey (WebAuthn credential). Added to the design: see ADR 0010.
create table passkeys (
  id uuid not null default lectern_uuid_v7(),
  user_id uuid not null,
  credential_id bytea not null,
  public_key bytea not null,
  counter bigint not null default 0,
  transports text[] not null default '{}',
  device_type text not null,
  backed_up boolean not null default false,
  name text not null,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint passkeys_pkey primary key (id),
  constraint passkeys_device_type_check check (device_type in ('singleDevice', 'multiDevice'))
);
alter table passkeys add constraint passkeys_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
alter table passkeys add constraint passkeys_credential_id_unique unique (credential_id);
create index passkeys_user_id_index on passkeys (user_id);

-- A sign-in that is not finished: a second factor, a passkey's challenge, an OpenID Connect request. Added to the design: see ADR 0010.
create table auth_challenges (
  id uuid not null default lectern_uuid_v7(),
  purpose text not null,
  user_id uuid,
  secret_hash bytea,
  data jsonb not null default '{}'::jsonb,
  attempts smallint not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  constraint auth_challenges_pkey primary key (id),
  constraint auth_challenges_purpose_check check (purpose in ('mfa', 'passkey_registration', 'passkey_sign_in', 'oidc', 'step_up'))
);
alter table auth_challenges add constraint auth_challenges_user_id_foreign foreign key (user_id) references users (id) on delete cascade;
create index auth_challenges_user_id_index on auth_challenges (user_id);
create index auth_challenges_expires_at_index on auth_challenges (expires_at);
`);
  }
}
