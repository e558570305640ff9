import { Migration } from '@mikro-orm/migrations';

export class CoursesEnrolment extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table courses (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid not null,
  instructor_id uuid not null,
  code text,
  title text not null,
  slug text not null,
  subtitle text,
  description text not null default '',
  content text,
  objectives text,
  prerequisites_text text,
  target_audience text,
  what_you_will_learn text[] not null default '{}',
  requirements text[] not null default '{}',
  difficulty_level text not null default 'beginner',
  language text not null default 'en',
  thumbnail_url text,
  trailer_url text,
  status text not null default 'draft',
  visibility text not null default 'public',
  type text not null default 'self_paced',
  delivery_method text not null default 'online',
  max_enrollments integer,
  pricing_type text not null default 'free',
  price_minor bigint not null default 0,
  discount_price_minor bigint,
  currency text not null default 'USD',
  is_featured boolean not null default false,
  is_bestseller boolean not null default false,
  requires_approval boolean not null default false,
  allow_retake boolean not null default true,
  max_attempts integer,
  required_score numeric(5,2) not null default 0,
  access_duration_days integer,
  completion_criteria jsonb not null default '{}'::jsonb,
  certificate_enabled boolean not null default false,
  metadata jsonb not null default '{}'::jsonb,
  custom_fields jsonb not null default '{}'::jsonb,
  seo_title text,
  seo_description text,
  seo_keywords text,
  estimated_minutes integer,
  duration_seconds integer not null default 0,
  lessons_count integer not null default 0,
  enrollment_count integer not null default 0,
  completions_count integer not null default 0,
  reviews_count integer not null default 0,
  rating_avg numeric(3,2) not null default 0,
  published_at timestamptz,
  archived_at timestamptz,
  row_version integer not null default 1,
  search tsvector generated always as (lectern_tsv(title, description, objectives)) stored,
  created_by uuid not null,
  updated_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint courses_pkey primary key (id),
  constraint courses_difficulty_level_check check (difficulty_level in ('beginner', 'intermediate', 'advanced', 'expert')),
  constraint courses_status_check check (status in ('draft', 'in_review', 'published', 'archived', 'suspended')),
  constraint courses_visibility_check check (visibility in ('public', 'restricted', 'private')),
  constraint courses_type_check check (type in ('self_paced', 'instructor_led', 'blended', 'webinar', 'workshop')),
  constraint courses_delivery_method_check check (delivery_method in ('online', 'classroom', 'hybrid')),
  constraint courses_pricing_type_check check (pricing_type in ('free', 'paid', 'subscription')),
  constraint courses_price_minor_check check (price_minor >= 0),
  constraint courses_discount_price_minor_check check (discount_price_minor >= 0),
  constraint courses_currency_check check (currency ~ '^[A-Z]{3}$'),
  constraint courses_required_score_check check (required_score >= 0 and required_score <= 100),
  constraint courses_slug_format_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  constraint courses_free_price_check check (pricing_type <> 'free' or price_minor = 0),
  constraint courses_paid_price_check check (pricing_type <> 'paid' or price_minor > 0),
  constraint courses_discount_check check (discount_price_minor is null or discount_price_minor <= price_minor),
  constraint courses_published_check check (status <> 'published' or published_at is not null),
  constraint courses_limits_check check ((max_enrollments is null or max_enrollments > 0) and (max_attempts is null or max_attempts > 0)),
  constraint courses_rating_check check (rating_avg >= 0 and rating_avg <= 5),
  constraint courses_counters_check check (enrollment_count >= 0 and completions_count >= 0 and reviews_count >= 0 and lessons_count >= 0)
);

create table enrollments (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid not null,
  user_id uuid not null,
  course_id uuid not null,
  enrollment_type text not null default 'self',
  status text not null default 'enrolled',
  payment_status text not null default 'free',
  attempt_number integer not null default 1,
  progress_percentage numeric(5,2) not null default 0,
  completion_percentage numeric(5,2) not null default 0,
  lessons_completed_count integer not null default 0,
  lessons_total_count integer not null default 0,
  time_spent_seconds integer not null default 0,
  grade numeric(5,2),
  grade_letter text,
  points_earned numeric(10,2) not null default 0,
  points_possible numeric(10,2) not null default 0,
  enrolled_at timestamptz not null default now(),
  started_at timestamptz,
  last_accessed_at timestamptz,
  completed_at timestamptz,
  expires_at timestamptz,
  expired_at timestamptz,
  suspended_at timestamptz,
  withdrawn_at timestamptz,
  withdrawal_reason text,
  enrolled_by uuid,
  approved_by uuid,
  approved_at timestamptz,
  completion_criteria_met jsonb not null default '[]'::jsonb,
  custom_fields jsonb not null default '{}'::jsonb,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint enrollments_pkey primary key (id),
  constraint enrollments_enrollment_type_check check (enrollment_type in ('self', 'admin', 'manager', 'automatic', 'invitation')),
  constraint enrollments_status_check check (status in ('pending_approval', 'enrolled', 'in_progress', 'completed', 'failed', 'withdrawn', 'expired', 'suspended', 'rejected')),
  constraint enrollments_payment_status_check check (payment_status in ('free', 'pending', 'paid', 'refunded')),
  constraint enrollments_progress_percentage_check check (progress_percentage >= 0 and progress_percentage <= 100),
  constraint enrollments_completion_percentage_check check (completion_percentage >= 0 and completion_percentage <= 100),
  constraint enrollments_completed_check check (status <> 'completed' or completed_at is not null),
  constraint enrollments_attempts_check check (attempt_number >= 1),
  constraint enrollments_counts_check check (lessons_completed_count >= 0 and lessons_completed_count <= lessons_total_count)
);

alter table courses add constraint courses_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table courses add constraint courses_instructor_id_foreign foreign key (instructor_id) references users (id) on delete restrict;

alter table courses add constraint courses_created_by_foreign foreign key (created_by) references users (id) on delete restrict;

alter table courses add constraint courses_updated_by_foreign foreign key (updated_by) references users (id) on delete set null;

alter table enrollments add constraint enrollments_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table enrollments add constraint enrollments_user_id_foreign foreign key (user_id) references users (id) on delete cascade;

alter table enrollments add constraint enrollments_course_id_foreign foreign key (course_id) references courses (id) on delete cascade;

alter table enrollments add constraint enrollments_enrolled_by_foreign foreign key (enrolled_by) references users (id) on delete set null;

alter table enrollments add constraint enrollments_approved_by_foreign foreign key (approved_by) references users (id) on delete set null;

create unique index courses_organization_id_slug_unique on courses (organization_id, slug) where deleted_at is null;

create unique index courses_organization_id_code_unique on courses (organization_id, code) where code is not null and deleted_at is null;

create index courses_slug_index on courses (slug);

create index courses_title_index on courses (title);

create index courses_instructor_id_status_index on courses (instructor_id, status);

create index courses_status_index on courses (status);

create index courses_type_index on courses (type);

create index courses_created_at_index on courses (created_at);

create index courses_organization_id_status_index on courses (organization_id, status);

create index courses_published_at_index on courses (published_at) where status = 'published' and deleted_at is null;

create index courses_is_featured_published_at_index on courses (is_featured, published_at) where is_featured and status = 'published' and deleted_at is null;

create index courses_search_index on courses using gin (search);

create index courses_created_by_index on courses (created_by);

create index courses_updated_by_index on courses (updated_by);

create unique index enrollments_user_id_course_id_unique on enrollments (user_id, course_id) where deleted_at is null;

create index enrollments_user_id_status_index on enrollments (user_id, status);

create index enrollments_course_id_status_index on enrollments (course_id, status);

create index enrollments_status_index on enrollments (status);

create index enrollments_enrolled_at_index on enrollments (enrolled_at);

create index enrollments_completed_at_index on enrollments (completed_at);

create index enrollments_last_accessed_at_index on enrollments (last_accessed_at);

create index enrollments_created_at_index on enrollments (created_at);

create index enrollments_expires_at_index on enrollments (expires_at) where status in ('enrolled', 'in_progress');

create index enrollments_organization_id_index on enrollments (organization_id);

create index enrollments_enrolled_by_index on enrollments (enrolled_by);

create index enrollments_approved_by_index on enrollments (approved_by);
`);
  }
}
