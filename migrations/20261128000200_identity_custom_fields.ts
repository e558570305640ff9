import { Migration } from '@mikro-orm/migrations';

/** Fields that organizations add to profiles; their values are in `user_profiles.custom_fields`. */
export class IdentityCustomFields extends Migration {
  override up(): void {
    this.addSql(String.raw`
create table custom_field_definitions (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid,
  entity_type text not null,
  field_key text not null,
  label text not null,
  data_type text not null default 'string',
  options jsonb not null default '[]'::jsonb,
  validation_rules jsonb not null default '{}'::jsonb,
  is_required boolean not null default false,
  sort_order integer not null default 0,
  created_by uuid not null,
  updated_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint custom_field_definitions_pkey primary key (id),
  constraint custom_field_definitions_entity_type_check check (entity_type in ('user_profile', 'course', 'enrollment')),
  constraint custom_field_definitions_data_type_check check (data_type in ('string', 'integer', 'decimal', 'boolean', 'date', 'select', 'multi_select', 'url')),
  constraint custom_field_definitions_key_format_check check (field_key ~ '^[a-z][a-z0-9_]*$')
);

alter table custom_field_definitions add constraint custom_field_definitions_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table custom_field_definitions add constraint custom_field_definitions_created_by_foreign foreign key (created_by) references users (id) on delete restrict;

alter table custom_field_definitions add constraint custom_field_definitions_updated_by_foreign foreign key (updated_by) references users (id) on delete set null;

create unique index custom_field_definitions_system_key_unique on custom_field_definitions (entity_type, field_key) where organization_id is null and deleted_at is null;

create unique index custom_field_definitions_organization_key_unique on custom_field_definitions (organization_id, entity_type, field_key) where organization_id is not null and deleted_at is null;

create index custom_field_definitions_organization_id_index on custom_field_definitions (organization_id);

create index custom_field_definitions_created_by_index on custom_field_definitions (created_by);

create index custom_field_definitions_updated_by_index on custom_field_definitions (updated_by);
`);
  }
}
