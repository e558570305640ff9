import { Migration } from '@mikro-orm/migrations';

export class IdentityImports extends Migration {
  override up(): void {
    this.addSql(String.raw`
-- Lists of people that are being added, or were. Added to the design: an import goes on after a restart where it stopped.
create table user_imports (
  id uuid not null default lectern_uuid_v7(),
  organization_id uuid not null,
  created_by uuid,
  file_name text not null,
  status text not null default 'queued',
  send_invitations boolean not null default false,
  total_rows integer not null,
  valid_rows integer not null,
  created_rows integer not null default 0,
  failed_rows integer not null default 0,
  -- When a batch was begun last: an import without one for a while is taken up again.
  worked_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_imports_pkey primary key (id),
  constraint user_imports_status_check check (status in ('queued', 'running', 'completed', 'cancelled', 'failed')),
  constraint user_imports_finished_check check ((finished_at is not null) = (status in ('completed', 'cancelled', 'failed')))
);

create table user_import_rows (
  import_id uuid not null,
  row_number integer not null,
  status text not null,
  raw jsonb not null default '{}'::jsonb,
  data jsonb not null default '{}'::jsonb,
  problems jsonb not null default '[]'::jsonb,
  user_id uuid,
  constraint user_import_rows_pkey primary key (import_id, row_number),
  constraint user_import_rows_status_check check (status in ('invalid', 'pending', 'created', 'failed', 'cancelled'))
);

alter table user_imports add constraint user_imports_organization_id_foreign foreign key (organization_id) references organizations (id) on delete cascade;

alter table user_imports add constraint user_imports_created_by_foreign foreign key (created_by) references users (id) on delete set null;

alter table user_import_rows add constraint user_import_rows_import_id_foreign foreign key (import_id) references user_imports (id) on delete cascade;

alter table user_import_rows add constraint user_import_rows_user_id_foreign foreign key (user_id) references users (id) on delete set null;

create index user_imports_organization_id_id_index on user_imports (organization_id, id);

create index user_imports_created_by_index on user_imports (created_by);

create index user_imports_worked_at_index on user_imports (worked_at) where finished_at is null;

create index user_imports_finished_at_index on user_imports (finished_at);

create index user_import_rows_import_id_row_number_index on user_import_rows (import_id, row_number) where status = 'pending';

create index user_import_rows_user_id_index on user_import_rows (user_id);
`);
  }
}
