import { Migration } from '@mikro-orm/migrations';

export class CoursesCategories extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table course_categories (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid,
  parent_id uuid,
  name text not null,
  slug text not null,
  description text,
  icon text,
  color text,
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint course_categories_pkey primary key (id),
  constraint course_categories_slug_format_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  constraint course_categories_color_format_check check (color ~ '^#[0-9A-Fa-f]{6}$'),
  constraint course_categories_not_own_parent_check check (parent_id is null or parent_id <> id)
);

create table course_category_links (
  course_id uuid not null,
  category_id uuid not null,
  is_primary boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint course_category_links_pkey primary key (course_id, category_id)
);

alter table course_categories add constraint course_categories_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table course_categories add constraint course_categories_parent_id_foreign foreign key (parent_id) references course_categories (id) on delete set null;

alter table course_category_links add constraint course_category_links_course_id_foreign foreign key (course_id) references courses (id) on delete cascade;

alter table course_category_links add constraint course_category_links_category_id_foreign foreign key (category_id) references course_categories (id) on delete cascade;

create unique index course_categories_slug_unique on course_categories (slug) where organization_id is null and deleted_at is null;

create unique index course_categories_organization_id_slug_unique on course_categories (organization_id, slug) where organization_id is not null and deleted_at is null;

create unique index course_categories_name_unique on course_categories (name) where organization_id is null and deleted_at is null;

create unique index course_categories_organization_id_name_unique on course_categories (organization_id, name) where organization_id is not null and deleted_at is null;

create index course_categories_slug_index on course_categories (slug);

create index course_categories_parent_id_sort_order_index on course_categories (parent_id, sort_order);

create index course_categories_sort_order_index on course_categories (sort_order);

create unique index course_category_links_course_id_unique on course_category_links (course_id) where is_primary;

create index course_category_links_category_id_is_primary_index on course_category_links (category_id, is_primary);

-- An interest is a category or a word of one's own.
alter table user_interests add column category_id uuid;

alter table user_interests alter column interest_name drop not null;

alter table user_interests add constraint user_interests_category_id_foreign foreign key (category_id) references course_categories (id) on delete cascade;

alter table user_interests add constraint user_interests_one_kind_check check (category_id is not null or interest_name is not null);

create unique index user_interests_user_id_category_id_unique on user_interests (user_id, category_id) where category_id is not null;

create index user_interests_category_id_index on user_interests (category_id);

insert into permissions (slug, name, category, resource, action, is_system) values
  ('category.manage', 'Arrange the categories of courses', 'category', 'category', 'manage', true);

insert into role_permissions (role_id, permission_id) select r.id, p.id from roles r, permissions p
  where r.slug = 'admin' and r.organization_id is null and p.slug = 'category.manage';
`);
  }
}
